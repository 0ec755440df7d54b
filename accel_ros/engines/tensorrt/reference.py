# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The reference network beside the updates, on the GPU: a stream that gives way to theirs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from accel_ros.engines.tensorrt.buffers import Buffer
from accel_ros.engines.tensorrt.memory import size
from accel_ros.engines.tensorrt.plan import Plan
from accel_ros.engines.tensorrt.step import Step
from accel_ros.engines.tensorrt.streams import CudaStream, Event


class ReferenceStream:
    """Runs one keyframe at a time into memory of its own, and carries its state up to now.

    Nothing of it crosses to the host. Made when the first keyframe is begun: who waits for every
    keyframe has no memory taken.
    """

    def __init__(self, cudart: Any, plans: Mapping[str, Plan], main: CudaStream) -> None:
        """Allocate, warm up and record. Raises OutOfMemory, EngineError; nothing stays then."""
        self._cudart, self._main, self._plans = cudart, main, plans
        self.under_way = False
        self._flows: list[Buffer] = []  # kept, oldest first; and then those to use again
        self._kept = 0
        keyframe = plans['keyframe'].graph
        with ExitStack() as stack:
            self._stack = stack
            self._stream = CudaStream(cudart, urgent=False)
            stack.callback(self._stream.close)
            self._image_copied, self._done = self._event(), self._event()
            specs = (*keyframe.inputs, *keyframe.outputs)
            self._buffers = {spec.name: self._buffer(size(spec)) for spec in specs}
            self._image, self._state = self._buffers['image'], self._buffers['state']
            self._other_state = self._buffer(self._state.count)
            self._propagate = stack.enter_context(plans['propagate'].runner())
            self._runner = stack.enter_context(plans['keyframe'].runner())
            name = 'the keyframe beside the updates'
            self._step = Step(name, cudart, self._stream, self._queue, stack)
            stack.callback(self._stream.wait)  # first of all when it ends
            self._stack = stack.pop_all()

    def begin(self, image: Buffer) -> None:
        """Start on an image on the device, which may change afterwards. Raises EngineError."""
        self.abandon()
        self._done.hold(self._main)  # one that was given up may still read the copy
        self._main.copy(self._image, image)
        self._image_copied.mark(self._main)
        self._image_copied.hold(self._stream)
        self._step.run()
        self._done.mark(self._stream)
        self.under_way = True

    def ready(self) -> bool:
        """Whether the keyframe under way has finished, well or badly."""
        return self.under_way and self._done.passed()

    def keep(self, flow: Buffer) -> None:
        """Queue a copy of a frame's flow behind the frame. Raises EngineError."""
        if self._kept == len(self._flows):
            self._flows.append(self._buffer(flow.count))
        self._main.copy(self._flows[self._kept], flow)
        self._kept += 1

    def land(self, state: Buffer) -> None:
        """Wait for the keyframe, carry its state along the kept flows, write it into `state`.

        Raises EngineError; `state` is as it was then.
        """
        flows = self._flows[: self._kept]
        self.abandon()
        self._stream.wait()
        now, then = self._state, self._other_state
        for flow in flows:
            addresses = {'state': now.address, 'flow': flow.address, 'state_out': then.address}
            self._propagate.enqueue(addresses, self._main.handle)
            now, then = then, now
        self._main.wait()
        self._main.copy(state, now)
        self._main.wait()

    def abandon(self) -> None:
        """Forget the keyframe under way, which goes on to its end and is not waited for."""
        self.under_way = False
        self._kept = 0

    def close(self) -> None:
        """Wait for the GPU and give everything back."""
        self._stack.close()

    def _queue(self) -> None:
        addresses = {name: buffer.address for name, buffer in self._buffers.items()}
        self._runner.enqueue(addresses, self._stream.handle)

    def _buffer(self, count: int) -> Buffer:
        buffer = Buffer(self._cudart, count)
        self._stack.callback(buffer.close)
        return buffer

    def _event(self) -> Event:
        event = Event(self._cudart)
        self._stack.callback(event.close)
        return event
