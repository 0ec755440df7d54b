# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The TensorRT backend on a simulated GPU, for the commands."""

import pytest
from support.simulator.fixtures import build_here, gpu, open_here

from accel_ros.engines.tensorrt import engine

__all__ = ['gpu', 'open_here']


@pytest.fixture
def build_in_place(gpu, monkeypatch):
    """Let every builder of the backend work in this process, where the simulator is."""
    for function in (engine.prepare_here, engine.TensorRTEngine.__init__):
        monkeypatch.setattr(function, '__defaults__', (*function.__defaults__[:-1], build_here))
