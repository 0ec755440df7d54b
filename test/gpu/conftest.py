# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Checks on a real GPU: python -m pytest test/gpu. Elsewhere they are skipped, with the reason."""

from __future__ import annotations

import pytest

from accel_ros.engines.tensorrt import cuda
from accel_ros.engines.tensorrt.probe import require_gpu
from accel_ros.errors import EngineError

TABLE: dict[str, str] = {}


@pytest.fixture(scope='session')
def cudart():
    """CUDA's runtime on the GPU of this machine."""
    try:
        require_gpu()
        runtime = cuda.load()
        device = cuda.Device.find(runtime)
    except EngineError as error:
        pytest.skip(str(error))
    capability = '.'.join(map(str, device.capability))
    TABLE['GPU'] = f'{device.name}, compute capability {capability}'
    return runtime


@pytest.fixture(scope='session')
def table():
    """The rows of the table that is printed in the end."""
    return TABLE


def pytest_terminal_summary(terminalreporter):
    """Print the table."""
    if TABLE:
        terminalreporter.section('GPU')
        wide = max(map(len, TABLE))
        for what, how in TABLE.items():
            terminalreporter.write_line(f'{what:{wide}}  {how}')
