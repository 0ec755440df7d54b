# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""TensorRT over a simulated GPU: an engine is its ONNX file, run by onnxruntime."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable
from enum import IntEnum
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime
from support.simulator.gpu import Fault, Gpu

MAGIC = b'simulated engine '
TYPES = {
    'tensor(uint8)': ('UINT8', np.uint8),
    'tensor(float)': ('FLOAT', np.float32),
    'tensor(float16)': ('HALF', np.float16),
}
CONTEXT_BYTES = 1 << 20


class ILogger:
    """Its base class is what our logger derives from."""

    class Severity(IntEnum):
        INTERNAL_ERROR = 0
        ERROR = 1
        WARNING = 2
        INFO = 3
        VERBOSE = 4


class IProgressMonitor:
    """Its base class is what our monitor derives from."""


class Part:
    """A class of the module: knows the module, and with it the GPU."""

    module: Any

    def complain(self, message: str) -> None:
        self.logger.log(ILogger.Severity.ERROR, message)

    def arranged(self, call: str, good: Callable[[], Any]) -> Any:
        """Return a call's outcome: a pair (outcome, message) where the test has arranged one."""
        fault = self.module.gpu.call(call)
        if fault is None:
            return good()
        outcome, message = fault
        if message:
            self.complain(message)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def count(self, kind: str, size: int) -> None:
        """Count this thing and its memory for as long as it lives."""
        gpu = self.module.gpu
        gpu.count(kind, 1, size)
        weakref.finalize(self, gpu.count, kind, -1, size)


class INetworkDefinition(Part):
    onnx = b''

    @property
    def num_outputs(self):
        return 1 if self.onnx else 0


class ITimingCache(Part):
    def __init__(self, content):
        self.content = content

    def serialize(self):
        return self.content + b'measured;'


class IBuilderConfig(Part):
    progress_monitor: Any = None
    timing: Any = None
    pools: dict[Any, int]

    def create_timing_cache(self, serialized_timing_cache):
        if not serialized_timing_cache.replace(b'measured;', b''):
            return self.module.ITimingCache(serialized_timing_cache)
        return None

    def set_timing_cache(self, cache, ignore_mismatch):
        self.timing = cache
        return True

    def get_timing_cache(self):
        return self.timing

    def set_memory_pool_limit(self, pool, pool_size):
        self.pools = {pool: pool_size}


class OnnxParser(Part):
    num_errors = 0

    def __init__(self, network, logger):
        self.network, self.logger = network, logger

    def parse_from_file(self, model):
        self.network.onnx = Path(model).read_bytes()
        return True

    def get_error(self, index):
        raise IndexError(index)


class Builder(Part):
    def __init__(self, logger):
        self.logger = logger

    def create_network(self, flags):
        return self.module.INetworkDefinition()

    def create_builder_config(self):
        return self.module.IBuilderConfig()

    def build_serialized_network(self, network, config):
        watcher = config.progress_monitor
        watcher.phase_start('Building engine', None, 4)
        for step in range(4):
            if not watcher.step_complete('Building engine', step):
                return None
        watcher.phase_finish('Building engine')
        head = MAGIC + self.module.__version__.encode() + b'\n'
        return self.arranged('build_serialized_network', lambda: head + network.onnx)


class Runtime(Part):
    def __init__(self, logger):
        self.logger = logger
        self.arranged('Runtime', lambda: None)

    def deserialize_cuda_engine(self, serialized_engine):
        def good():
            head, _, onnx = serialized_engine.partition(b'\n')
            if head != MAGIC + self.module.__version__.encode():
                return self.complain(f'not an engine of TensorRT {self.module.__version__}')
            return self.module.ICudaEngine(onnx, self.logger)

        return self.arranged('deserialize_cuda_engine', good)


class ICudaEngine(Part):
    def __init__(self, onnx, logger):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            onnx, options, providers=['CPUExecutionProvider']
        )
        self.logger = logger
        self.inputs, self.outputs = self.session.get_inputs(), self.session.get_outputs()
        self.tensors = {node.name: node for node in (*self.inputs, *self.outputs)}
        self.count('engine', len(onnx))

    @property
    def num_io_tensors(self):
        return len(self.tensors)

    def get_tensor_name(self, index):
        return list(self.tensors)[index]

    def get_tensor_mode(self, name):
        mode = self.module.TensorIOMode
        return mode.INPUT if name in {node.name for node in self.inputs} else mode.OUTPUT

    def get_tensor_dtype(self, name):
        return SimpleNamespace(name=TYPES[self.tensors[name].type][0])

    def get_tensor_shape(self, name):
        return self.arranged('get_tensor_shape', lambda: tuple(self.tensors[name].shape))

    def create_execution_context(self):
        return self.arranged(
            'create_execution_context',
            lambda: self.module.IExecutionContext(self, self.logger),
        )


class IExecutionContext(Part):
    def __init__(self, engine, logger):
        self.engine, self.logger = engine, logger
        self.addresses: dict[str, int] = {}
        self.count('context', CONTEXT_BYTES)

    def set_tensor_address(self, name, memory):
        def good():
            self.addresses[name] = memory
            return name in self.engine.tensors

        return self.arranged('set_tensor_address', good)

    def execute_async_v3(self, stream_handle):
        def good():
            missing = set(self.engine.tensors) - set(self.addresses)
            if missing:
                self.complain(f'no address for {sorted(missing)}')
                return False
            addresses, engine, gpu = dict(self.addresses), self.engine, self.module.gpu
            gpu.objects[stream_handle].add(lambda: run(gpu, engine, addresses))
            return True

        return self.arranged('execute_async_v3', good)


def run(gpu, engine, addresses):
    """Do a run's work: read the bound addresses, run onnxruntime, write the outputs."""
    if gpu.call('kernel') is not None:
        raise Fault('a kernel failed')

    def array(node):
        dtype = np.dtype(TYPES[node.type][1])
        count = math.prod(node.shape) * dtype.itemsize
        memory = gpu.view('device', addresses[node.name], count)
        return np.frombuffer(memory, dtype, math.prod(node.shape)).reshape(node.shape)

    feeds = {node.name: array(node).copy() for node in engine.inputs}
    for node, value in zip(engine.outputs, engine.session.run(None, feeds)):
        array(node)[...] = value


PARTS = (INetworkDefinition, ITimingCache, IBuilderConfig, OnnxParser, Builder, Runtime,
         ICudaEngine, IExecutionContext)  # fmt: skip


def make_tensorrt(gpu: Gpu, version: str = '10.3.0', name: str = 'tensorrt') -> Any:
    """Return a module with what we use of TensorRT, on this GPU."""
    module: Any = ModuleType(name)
    module.__version__, module.gpu = version, gpu
    module.__spec__ = ModuleSpec(name, None)
    module.ILogger, module.IProgressMonitor = ILogger, IProgressMonitor
    for part in PARTS:
        setattr(module, part.__name__, type(part.__name__, (part,), {'module': module}))
    module.NetworkDefinitionCreationFlag = IntEnum('Flag', {'STRONGLY_TYPED': 1})
    module.MemoryPoolType = IntEnum('Pool', {'WORKSPACE': 0})
    module.TensorIOMode = IntEnum('Mode', {'NONE': 0, 'INPUT': 1, 'OUTPUT': 2})
    return module
