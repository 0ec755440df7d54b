# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Queues of work on the GPU, marks in them, and recordings of work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accel_ros.engines.tensorrt.buffers import Buffer, Pinned
from accel_ros.engines.tensorrt.cuda import check


class CudaStream:
    """A queue of work on the GPU."""

    def __init__(self, cudart: Any, urgent: bool = True) -> None:
        """Make a stream whose work goes before, or after, that of others on the GPU."""
        self._cudart = cudart
        status, least, greatest = cudart.cudaDeviceGetStreamPriorityRange()
        check(cudart, (status,), 'ask for the priorities of streams')
        result = cudart.cudaStreamCreateWithPriority(
            cudart.cudaStreamNonBlocking, greatest if urgent else least
        )
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


class Event:
    """A mark in a stream, for which others can wait."""

    def __init__(self, cudart: Any) -> None:
        self._cudart = cudart
        result = cudart.cudaEventCreateWithFlags(cudart.cudaEventDisableTiming)
        self._handle = check(cudart, result, 'make an event')

    def mark(self, stream: CudaStream) -> None:
        """Put the mark behind all that was queued into a stream so far."""
        result = self._cudart.cudaEventRecord(self._handle, stream.handle)
        check(self._cudart, result, 'mark a stream')

    def hold(self, stream: CudaStream) -> None:
        """Let what is queued into a stream from now on wait for the mark."""
        result = self._cudart.cudaStreamWaitEvent(stream.handle, self._handle, 0)
        check(self._cudart, result, 'let a stream wait')

    def passed(self) -> bool:
        """Whether the GPU has come to the mark, or has failed on the way."""
        [status] = self._cudart.cudaEventQuery(self._handle)
        return bool(status != self._cudart.cudaError_t.cudaErrorNotReady)

    def close(self) -> None:
        """Give it back."""
        check(self._cudart, self._cudart.cudaEventDestroy(self._handle), 'close an event')


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
