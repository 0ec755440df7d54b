# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""CUDA's runtime through cuda-python: every call's status is checked, everything is given back."""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from accel_ros.errors import EngineError, one_line

MEBIBYTE = 1 << 20


class CudaError(EngineError):
    """A call of CUDA failed."""


class CudaOutOfMemory(CudaError):
    """There is too little memory on the GPU."""


def load() -> Any:
    """Import CUDA's runtime. Raises EngineError."""
    try:
        return importlib.import_module('cuda.bindings.runtime')
    except Exception as cause:
        raise EngineError(
            f'cuda-python cannot be used: {one_line(cause)}; pip install cuda-python, of the '
            'major version of your CUDA'
        ) from cause


def check(cudart: Any, result: tuple[Any, ...], what: str) -> Any:
    """Return the value of a call's result (status, value); raise CudaError where it failed."""
    status, *values = result
    if status == cudart.cudaError_t.cudaSuccess:
        return values[0] if values else None
    _, text = cudart.cudaGetErrorString(status)
    words = text.decode() if isinstance(text, bytes) else str(text)
    if status == cudart.cudaError_t.cudaErrorMemoryAllocation:
        raise CudaOutOfMemory(
            f'CUDA could not {what}: {words}; close other programs that use the GPU'
        )
    raise CudaError(f'CUDA could not {what}: {words} (error {int(status)})')


@dataclass(frozen=True)
class Device:
    """The GPU that this process uses: the first that CUDA_VISIBLE_DEVICES leaves."""

    name: str
    capability: tuple[int, int]
    driver: int  # the newest CUDA that the driver knows, 1000 * major + 10 * minor

    @classmethod
    def find(cls, cudart: Any) -> Device:
        """Return the GPU in use. Raises CudaError."""
        kind = cudart.cudaDeviceAttr
        major, minor = (
            check(cudart, cudart.cudaDeviceGetAttribute(attribute, 0), 'ask for the GPU')
            for attribute in (
                kind.cudaDevAttrComputeCapabilityMajor,
                kind.cudaDevAttrComputeCapabilityMinor,
            )
        )
        properties = check(cudart, cudart.cudaGetDeviceProperties(0), 'ask for the GPU')
        driver = check(cudart, cudart.cudaDriverGetVersion(), 'ask for the driver')
        name = properties.name
        text = name.decode() if isinstance(name, bytes) else str(name)
        return cls(text, (int(major), int(minor)), int(driver))


def memory(cudart: Any) -> tuple[int, int]:
    """Return the GPU's free and total memory in bytes. Raises CudaError."""
    status, free, total = cudart.cudaMemGetInfo()
    check(cudart, (status,), 'ask for the free memory')
    return int(free), int(total)


class Pinned:
    """Page-locked host memory, which the GPU can copy by itself; `array` is it, u8 [count]."""

    def __init__(self, cudart: Any, count: int) -> None:
        self._cudart, self.count = cudart, count
        self.address = int(
            check(
                cudart,
                cudart.cudaHostAlloc(count, cudart.cudaHostAllocDefault),
                f'lock {count} bytes of host memory',
            )
        )
        content = (ctypes.c_uint8 * count).from_address(self.address)
        self.array = np.ctypeslib.as_array(content)

    def close(self) -> None:
        """Give it back; nobody may hold on to `array`."""
        if self.address:
            del self.array
            address, self.address = self.address, 0
            check(self._cudart, self._cudart.cudaFreeHost(address), 'free host memory')


class Buffer:
    """Memory on the device."""

    def __init__(self, cudart: Any, count: int) -> None:
        self._cudart, self.count = cudart, count
        self.address = int(
            check(cudart, cudart.cudaMalloc(count), f'allocate {count} bytes on the GPU')
        )

    def close(self) -> None:
        """Give it back."""
        if self.address:
            address, self.address = self.address, 0
            check(self._cudart, self._cudart.cudaFree(address), 'free memory on the GPU')


class CudaStream:
    """A queue of work on the GPU."""

    def __init__(self, cudart: Any, low_priority: bool = False) -> None:
        self._cudart = cudart
        least = 0
        if low_priority:
            status, least, _ = cudart.cudaDeviceGetStreamPriorityRange()
            check(cudart, (status,), 'ask for the priorities of streams')
        flags = cudart.cudaStreamNonBlocking
        result = cudart.cudaStreamCreateWithPriority(flags, least)
        self.handle = check(cudart, result, 'make a stream')

    def upload(self, buffer: Buffer, pinned: Pinned) -> None:
        """Queue a copy of all of a host buffer to the device."""
        kind = self._cudart.cudaMemcpyKind.cudaMemcpyHostToDevice
        self._copy(buffer.address, pinned.address, pinned.count, kind)

    def download(self, pinned: Pinned, buffer: Buffer) -> None:
        """Queue a copy of all of a device buffer to the host."""
        kind = self._cudart.cudaMemcpyKind.cudaMemcpyDeviceToHost
        self._copy(pinned.address, buffer.address, pinned.count, kind)

    def copy(self, target: Buffer, source: Buffer) -> None:
        """Queue a copy on the device."""
        kind = self._cudart.cudaMemcpyKind.cudaMemcpyDeviceToDevice
        self._copy(target.address, source.address, source.count, kind)

    def _copy(self, target: int, source: int, count: int, kind: Any) -> None:
        result = self._cudart.cudaMemcpyAsync(target, source, count, kind, self.handle)
        check(self._cudart, result, f'copy {count} bytes')

    def wait(self) -> None:
        """Wait for all that was queued; raise CudaError where some of it failed."""
        check(self._cudart, self._cudart.cudaStreamSynchronize(self.handle), 'finish its work')

    def close(self) -> None:
        """Wait, and give the stream back."""
        if self.handle is not None:
            handle, self.handle = self.handle, None
            self._cudart.cudaStreamSynchronize(handle)  # an error of it was raised by `wait`
            check(self._cudart, self._cudart.cudaStreamDestroy(handle), 'close a stream')


class Graph:
    """Work that was recorded once and is launched as one piece."""

    def __init__(self, cudart: Any, stream: CudaStream, record: Callable[[], None]) -> None:
        """Record what `record` queues into the stream. Raises CudaError."""
        self._cudart = cudart
        mode = cudart.cudaStreamCaptureMode.cudaStreamCaptureModeThreadLocal
        check(cudart, cudart.cudaStreamBeginCapture(stream.handle, mode), 'begin to record')
        try:
            record()
        except BaseException:
            self._discard(*cudart.cudaStreamEndCapture(stream.handle))
            raise
        graph = check(cudart, cudart.cudaStreamEndCapture(stream.handle), 'record its work')
        result = cudart.cudaGraphInstantiate(graph, 0)
        self._discard(cudart.cudaError_t.cudaSuccess, graph)
        self._handle = check(cudart, result, 'make a graph of its work')

    def _discard(self, status: Any, graph: Any) -> None:
        """Give a recording back; one that went wrong is none."""
        if status == self._cudart.cudaError_t.cudaSuccess:
            check(self._cudart, self._cudart.cudaGraphDestroy(graph), 'close a recording')

    def launch(self, stream: CudaStream) -> None:
        """Queue the work."""
        check(self._cudart, self._cudart.cudaGraphLaunch(self._handle, stream.handle), 'launch')

    def close(self) -> None:
        """Give it back."""
        if self._handle is not None:
            handle, self._handle = self._handle, None
            check(self._cudart, self._cudart.cudaGraphExecDestroy(handle), 'close a graph')
