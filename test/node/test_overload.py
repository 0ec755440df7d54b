# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A camera that sends more than the engine can do."""

from pathlib import Path

from support.images import SECOND, image_of
from support.node import running
from support.reports import Reports, values
from support.stream import Stream

SLOW_NODE = Path(__file__).parents[1] / 'support' / 'slow_node.py'
START = 1_700_000_000 * SECOND
STEP = SECOND // 25


def test_a_camera_that_is_much_faster_than_the_engine(domain, bundle, tmp_path, drive):
    gate = tmp_path / 'gate'
    gate.write_text('0.2')
    parameters = {'bundle': str(bundle), 'autostart': True}
    program = (str(SLOW_NODE), str(gate))
    with running(tmp_path, parameters, program=program) as (_, client):
        client.until_active()
        stream = Stream(client, drive)
        first, sent = stream.play(START), 60
        for n in range(1, sent + 1):
            stream.camera.send(image_of(drive(n), START + n * STEP))
            client.within(0.05, lambda: False)
        behind = len(stream.timing.messages)
        last = stream.timing.wait(START + sent * STEP)
        assert len(stream.timing.messages) - behind <= 2, 'old images had piled up'
        assert last.received == last.processed + last.dropped
        assert 2 < last.processed - first.processed < sent * 3 / 4
        status = Reports(client).wait('')
        assert int(values(status)['overtaken since activation']) == last.dropped > sent / 4
