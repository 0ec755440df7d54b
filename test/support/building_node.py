# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The node with a builder that takes its time: python building_node.py GATE --ros-args ...

It builds until the file GATE exists; then the real engine is loaded.
"""

import logging
import sys
import time
from pathlib import Path

from accel_ros.engines import open_engine
from accel_ros.engines.tensorrt.build import BuildCancelled
from accel_ros.engines.watch import Progress
from accel_ros.node import main, segment_node

gate = Path(sys.argv.pop(1))


def build_slowly(*arguments, watch, **options):
    """Report progress until the gate is there, or somebody calls the build off."""
    percent = 0
    while not gate.exists():
        if watch.cancelled():
            raise BuildCancelled('building update.onnx was cancelled; nothing was kept')
        watch.report(Progress('update (2/3): Timing tactics', percent))
        percent = min(percent + 1, 99)
        time.sleep(0.02)
    logging.getLogger('accel_ros.engines').warning('update runs without a CUDA graph')
    return open_engine(*arguments, **options)


segment_node.open_engine = build_slowly
sys.exit(main(sys.argv))
