# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures: the TensorRT backend on a simulated GPU."""

import gc
import sys

import pytest

from accel_ros.engines.tensorrt import here, library
from accel_ros.engines.tensorrt.build import build_engine
from accel_ros.engines.tensorrt.engine import TensorRTEngine


def build_here(flavour, graph, options, timings, watch):
    """Build in this process: a child would not see the simulator."""
    return build_engine(
        library.load(flavour), graph, options, timing_cache=timings,
        report=watch.report, cancelled=watch.cancelled,
        free_memory=lambda: '17 of 8192 MiB are free',
    )  # fmt: skip


@pytest.fixture
def gpu(monkeypatch, tmp_path):
    """A simulated GPU with TensorRT 10.3 and an empty cache; in the end nothing is left on it."""
    pytest.importorskip('cuda.bindings.runtime', reason='needs cuda-python')
    from support.simulator.cudart import Cudart
    from support.simulator.gpu import Gpu
    from support.simulator.tensorrt import make_tensorrt

    gpu = Gpu()
    monkeypatch.setenv('ACCEL_ENGINE_CACHE', str(tmp_path / 'engines'))
    monkeypatch.setitem(sys.modules, 'tensorrt', make_tensorrt(gpu))
    monkeypatch.setitem(sys.modules, 'cuda.bindings.runtime', Cudart(gpu))
    monkeypatch.setattr(here, 'require_gpu', lambda: None)
    yield gpu
    gc.collect()  # the errors that a test has caught hold on to what failed
    assert gpu.leaks() == {}
    assert gpu.used == 0


@pytest.fixture
def open_here(gpu):
    """Open a bundle's TensorRT engine; it is closed in the end."""
    engines = []

    def open_bundle(bundle, **options):
        engines.append(TensorRTEngine(bundle, 'tensorrt', builder=build_here, **options))
        return engines[-1]

    yield open_bundle
    for engine in engines:
        engine.close()
