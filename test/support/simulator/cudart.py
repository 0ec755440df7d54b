# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""cuda.bindings.runtime over a simulated GPU: the calls that we use, with their real enums."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace
from typing import Any

from cuda.bindings import runtime as real
from support.simulator.gpu import Gpu, Queue, Ticket

Error = real.cudaError_t
DIRECTIONS = {
    real.cudaMemcpyKind.cudaMemcpyHostToDevice: ('host', 'device'),
    real.cudaMemcpyKind.cudaMemcpyDeviceToHost: ('device', 'host'),
    real.cudaMemcpyKind.cudaMemcpyDeviceToDevice: ('device', 'device'),
}


def arranged(method: Any) -> Any:
    """Let a call fail where the test has arranged it: its outcome is the error."""

    def call(self: Cudart, *arguments: Any) -> tuple[Any, ...]:
        error = self.gpu.call(method.__name__)
        if error is not None:
            return (error, None, None)[: 3 if method.__name__ in TRIPLES else 2]
        return method(self, *arguments)

    call.__name__, call.__wrapped__ = method.__name__, method
    return call


TRIPLES = ('cudaMemGetInfo', 'cudaDeviceGetStreamPriorityRange')


class Cudart:
    """Every method has the name, the parameters and the results of cuda-python's."""

    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu

    def __getattr__(self, name: str) -> Any:
        """Enums and constants are the real ones; a real call would need a real GPU."""
        value = getattr(real, name)
        assert not callable(value) or isinstance(value, type), f'{name} is not simulated'
        return value

    def cudaGetErrorString(self, error):
        return Error.cudaSuccess, error.name.encode()

    @arranged
    def cudaDriverGetVersion(self):
        return Error.cudaSuccess, 12060

    @arranged
    def cudaDeviceGetAttribute(self, attr, device):
        major = attr == real.cudaDeviceAttr.cudaDevAttrComputeCapabilityMajor
        return Error.cudaSuccess, 8 if major else 7

    @arranged
    def cudaGetDeviceProperties(self, device):
        return Error.cudaSuccess, SimpleNamespace(name=b'Simulated GPU')

    @arranged
    def cudaMemGetInfo(self):
        return Error.cudaSuccess, self.gpu.total - self.gpu.used, self.gpu.total

    @arranged
    def cudaMalloc(self, size):
        address = self.gpu.allocate('device', size)
        return (Error.cudaSuccess if address else Error.cudaErrorMemoryAllocation), address

    @arranged
    def cudaFree(self, devPtr):
        return (self._good(self.gpu.release('device', devPtr)),)

    @arranged
    def cudaHostAlloc(self, size, flags):
        return Error.cudaSuccess, self.gpu.allocate('host', size)

    @arranged
    def cudaFreeHost(self, ptr):
        return (self._good(self.gpu.release('host', ptr)),)

    @arranged
    def cudaMemcpyAsync(self, dst, src, count, kind, stream):
        source, target = DIRECTIONS[kind]

        def copy():
            data = self.gpu.view(source, src, count)
            ctypes.memmove(self.gpu.view(target, dst, count), data, count)
            self.gpu.copied[f'{source} to {target}'] += count

        self._queue(stream).add(copy)
        return (Error.cudaSuccess,)

    @arranged
    def cudaDeviceGetStreamPriorityRange(self):
        return Error.cudaSuccess, 0, -5

    @arranged
    def cudaStreamCreateWithPriority(self, flags, priority):
        return Error.cudaSuccess, self.gpu.add('stream', Queue(priority))

    @arranged
    def cudaStreamSynchronize(self, stream):
        queue = self._queue(stream)
        if queue.recording is not None:
            return (Error.cudaErrorStreamCaptureUnsupported,)
        queue.drain()
        return (Error.cudaErrorIllegalAddress if queue.failed else Error.cudaSuccess,)

    @arranged
    def cudaStreamDestroy(self, stream):
        self.gpu.remove('stream', stream)
        return (Error.cudaSuccess,)

    @arranged
    def cudaStreamWaitEvent(self, stream, event, flags):
        ticket = self.gpu.objects[event].ticket
        self._queue(stream).add(lambda: ticket and ticket.queue.drain(ticket))
        return (Error.cudaSuccess,)

    @arranged
    def cudaStreamBeginCapture(self, stream, mode):
        self._queue(stream).recording = []
        return (Error.cudaSuccess,)

    def cudaStreamEndCapture(self, stream):
        queue = self._queue(stream)
        recording, queue.recording = queue.recording, None
        if (error := self.gpu.call('cudaStreamEndCapture')) is not None:
            return error, None  # a recording that went wrong ends, too
        return Error.cudaSuccess, self.gpu.add('recording', recording)

    @arranged
    def cudaGraphInstantiate(self, graph, flags):
        return Error.cudaSuccess, self.gpu.add('graph', list(self.gpu.objects[graph]))

    @arranged
    def cudaGraphDestroy(self, graph):
        self.gpu.remove('recording', graph)
        return (Error.cudaSuccess,)

    @arranged
    def cudaGraphLaunch(self, graphExec, stream):
        for work in self.gpu.objects[graphExec]:
            self._queue(stream).add(work)
        return (Error.cudaSuccess,)

    @arranged
    def cudaGraphExecDestroy(self, graphExec):
        self.gpu.remove('graph', graphExec)
        return (Error.cudaSuccess,)

    @arranged
    def cudaEventCreateWithFlags(self, flags):
        return Error.cudaSuccess, self.gpu.add('event', SimpleNamespace(ticket=None))

    @arranged
    def cudaEventRecord(self, event, stream):
        queue = self._queue(stream)
        ticket = self.gpu.objects[event].ticket = Ticket(queue)
        queue.add(lambda: setattr(ticket, 'done', True))
        return (Error.cudaSuccess,)

    @arranged
    def cudaEventQuery(self, event):
        ticket = self.gpu.objects[event].ticket
        ready = ticket is None or ticket.done
        return (Error.cudaSuccess if ready else Error.cudaErrorNotReady,)

    @arranged
    def cudaEventDestroy(self, event):
        self.gpu.remove('event', event)
        return (Error.cudaSuccess,)

    def _queue(self, handle: Any) -> Queue:
        queue = self.gpu.objects[int(handle)]
        assert isinstance(queue, Queue)
        return queue

    @staticmethod
    def _good(good: bool) -> Any:
        return Error.cudaSuccess if good else Error.cudaErrorInvalidValue
