# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The node with an engine that takes its time: python slow_node.py GATE --ros-args ...

The engine is loaded once the file GATE exists, and takes at least as many seconds for every frame
as that file says. While it takes it, there is a file GATE.busy.
"""

import sys
import time
from pathlib import Path

from accel_ros.engines import open_engine
from accel_ros.node import main, segment_node

gate = Path(sys.argv.pop(1))
busy = Path(f'{gate}.busy')


def open_slowly(*arguments, **options):
    """Wait for the gate, then load the real engine."""
    while not gate.exists():
        time.sleep(0.02)
    engine = open_engine(*arguments, **options)
    engine.open_stream = _slow_streams(engine.open_stream)
    return engine


def _slow_streams(open_stream):
    def open_slow_stream():
        stream = open_stream()
        for kind in ('keyframe', 'update'):
            setattr(stream, kind, _slow(getattr(stream, kind)))
        return stream

    return open_slow_stream


def _slow(run):
    def run_slowly(image, **choices):
        busy.touch()
        time.sleep(float(gate.read_text() or 0))
        busy.unlink()
        return run(image, **choices)

    return run_slowly


segment_node.open_engine = open_slowly
sys.exit(main(sys.argv))
