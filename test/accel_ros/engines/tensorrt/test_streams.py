# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Buffers, streams and recordings: the checks of test/gpu, on the simulated GPU."""

import pytest
from support import gpu_checks

from accel_ros.engines.onnxruntime import OnnxRuntimeEngine
from accel_ros.engines.tensorrt import cuda
from accel_ros.engines.tensorrt.buffers import Buffer
from accel_ros.engines.tensorrt.cuda import CudaOutOfMemory


@pytest.mark.parametrize('check', gpu_checks.CUDA, ids=lambda check: check.__name__)
def test_what_holds_on_a_gpu_holds_on_the_simulated_one(gpu, check):
    assert check(cuda.load())


def test_an_engine_passes_the_checks_of_a_gpu(gpu, open_here, bundle, monkeypatch):
    monkeypatch.setattr('accel_ros.commands.bench.time.sleep', lambda seconds: gpu.work())
    engine = open_here(bundle)
    trusted = OnnxRuntimeEngine(bundle, threads=1)
    rows = gpu_checks.engine(bundle, engine, trusted, cuda.load())
    assert rows['tensorrt: parity of propagate'] == '100.000 % of the labels'
    assert rows['tensorrt: CUDA graphs'] == 'recorded'
    assert gpu_checks.closing_an_engine(engine, cuda.load())


def test_more_memory_than_there_is_says_so(gpu):
    with pytest.raises(CudaOutOfMemory, match='close other programs that use the GPU'):
        Buffer(cuda.load(), gpu.total + 1)
