# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A hundred lives of one node: memory, threads and files are where they were."""

import os
from pathlib import Path

import pytest
from accel_ros.msg import FrameTiming
from support.images import image_of
from support.node import running

PAGE = os.sysconf('SC_PAGE_SIZE')
MEBIBYTE = 1 << 20


def usage(process):
    """Resident bytes, threads and open files of a process."""
    folder = Path('/proc') / str(process.pid)
    resident = int((folder / 'statm').read_text().split()[1]) * PAGE
    return resident, len(os.listdir(folder / 'task')), len(os.listdir(folder / 'fd'))


def live(client, work):
    """Configure, work if there is work to do, and clean up."""
    assert client.change('configure')
    if work:
        assert client.change('activate')
        work()
        assert client.change('deactivate')
    assert client.change('cleanup')


@pytest.mark.skipif(not Path('/proc/self/statm').exists(), reason='counts in /proc')
def test_a_hundred_cycles_leave_nothing_behind(domain, bundle, tmp_path, drive):
    with running(tmp_path, {'bundle': str(bundle)}) as (node, client):
        camera, timing = client.camera(), client.listen('timing', FrameTiming)
        stamps = iter(range(1, 1000))

        def work():
            stamp = next(stamps)
            camera.send(image_of(drive(0), stamp))
            client.within(1.0, lambda: timing.has(stamp))

        for _ in range(15):  # what is made once and kept
            live(client, work)
        before = usage(node.process)
        for cycle in range(100):
            live(client, work if cycle % 10 == 0 else None)
        resident, threads, files = (a - b for a, b in zip(usage(node.process), before))
        assert threads == files == 0
        assert resident < 8 * MEBIBYTE
        assert 'Traceback' not in node.log and 'ERROR' not in node.log
