# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The node without a network, which the benchmarks measure, is the node."""

import numpy as np
from accel_ros.msg import FrameTiming
from support.images import SECOND, image_of
from support.node import running


def test_it_answers_every_image(domain, repository, tmp_path):
    program = (str(repository / 'benchmarks' / 'node.d' / 'null_node.py'), '48', '64', '0')
    with running(tmp_path, {'autostart': True}, program=program) as (_, client):
        client.until_active()
        camera, timing = client.camera(), client.listen('timing', FrameTiming)
        image = np.arange(48 * 64 * 3, dtype=np.uint8).reshape(48, 64, 3)
        camera.warm_up(image, timing)
        camera.send(image_of(image, 5 * SECOND))
        first = timing.wait(5 * SECOND)
        assert first.dropped == 0 and first.kind == 'key'
        camera.send(image_of(image, 5 * SECOND + SECOND // 10))
        second = timing.wait(5 * SECOND + SECOND // 10)
        assert second.dropped == 0 and second.kind == 'update'
