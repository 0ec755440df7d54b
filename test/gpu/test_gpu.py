# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""CUDA's buffers, graphs and streams, and every TensorRT that is installed, on a real GPU."""

import pytest
from support import gpu_checks

from accel_ros.bundle import Bundle, default_bundle
from accel_ros.engines.onnxruntime import OnnxRuntimeEngine
from accel_ros.engines.tensorrt.engine import TensorRTEngine
from accel_ros.engines.tensorrt.library import NAMES
from accel_ros.engines.watch import Cancelled, Watch


@pytest.mark.parametrize('check', gpu_checks.CUDA, ids=lambda check: check.__name__)
def test_cuda(cudart, table, check):
    table.update(check(cudart))


@pytest.fixture(scope='module')
def bundle():
    """The bundle that comes along."""
    return Bundle.open(default_bundle())


@pytest.fixture(params=NAMES)
def flavour(request, cudart, monkeypatch, tmp_path):
    """A TensorRT that is installed, with an empty cache."""
    pytest.importorskip(request.param)
    monkeypatch.setenv('ACCEL_ENGINE_CACHE', str(tmp_path))
    return request.param


@pytest.mark.timeout(1800)
def test_engines(cudart, table, bundle, flavour):
    phases = []
    engine = TensorRTEngine(bundle, flavour, 'test/gpu', Watch(phases.append))
    table[f'{engine.name}: built'] = f'with {len(phases)} reports of progress'
    trusted = OnnxRuntimeEngine(bundle)
    table.update(gpu_checks.engine(bundle, engine, trusted, cudart))
    table.update(gpu_checks.closing_an_engine(engine, cudart))
    again = TensorRTEngine(bundle, flavour, 'test/gpu', Watch(lambda progress: pytest.fail()))
    again.close()


@pytest.mark.timeout(600)
def test_a_build_can_be_called_off(table, bundle, flavour):
    seen = []
    with pytest.raises(Cancelled):
        TensorRTEngine(bundle, flavour, '', Watch(seen.append, lambda: len(seen) > 2))
    table[f'{flavour}: cancel'] = 'works'


def test_onnxruntime_with_cuda(cudart, table, bundle):
    import onnxruntime

    if 'CUDAExecutionProvider' not in onnxruntime.get_available_providers():
        pytest.skip('this onnxruntime has no CUDA provider')
    engine = OnnxRuntimeEngine(bundle, provider='CUDA')
    for parity in gpu_checks.compare(bundle, engine, OnnxRuntimeEngine(bundle)):
        assert parity.agrees
        table[f'onnxruntime: parity of {parity.graph}'] = f'{100 * parity.labels:.3f} %'
    engine.close()
