# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""One camera on the GPU: its context, its memory and its CUDA stream."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any

import numpy as np

from accel_ros.engines.protocol import Prediction
from accel_ros.engines.tensorrt.memory import CameraMemory
from accel_ros.engines.tensorrt.plan import Plan, Runner
from accel_ros.engines.tensorrt.reference import ReferenceStream
from accel_ros.engines.tensorrt.step import Step
from accel_ros.engines.tensorrt.streams import CudaStream
from accel_ros.errors import EngineError, StateError, one_line

log = logging.getLogger(__name__)


class TensorRTStream:
    """One camera's memory. Per frame an image goes up and answers come down; the rest stays.

    Buffers come in pairs and every frame moves to the other side, so each kind of frame is
    recorded twice: from side 0 to 1 and back.
    """

    def __init__(self, cudart: Any, plans: Mapping[str, Plan]) -> None:
        """Allocate, warm up and record. Raises OutOfMemory, EngineError; nothing stays then."""
        self._side = 0
        self._has_state = False
        self._cudart, self._plans = cudart, plans
        self._reference: ReferenceStream | None = None
        with ExitStack() as stack:
            self._cuda = CudaStream(cudart)
            stack.callback(self._cuda.close)
            specs = {name: plan.graph for name, plan in plans.items()}
            self._memory = CameraMemory(cudart, specs, stack)
            self._steps = {
                kind: self._record(cudart, kind, stack)
                for kind in ('keyframe', 'update')
                if kind in plans
            }
            stack.callback(self._cuda.wait)  # first of all when it ends
            self._resources = stack.pop_all()
        self._open = True

    @property
    def is_recorded(self) -> bool:
        """Whether every kind of frame runs as a CUDA graph."""
        return all(step.is_recorded for pair in self._steps.values() for step in pair)

    def keyframe(self, image: np.ndarray) -> Prediction:
        """Run the reference network; its features become the state. Raises EngineError."""
        self.abandon()
        prediction = self._run('keyframe', image)
        self._has_state = bool(self._memory.state)
        return prediction

    def update(self, image: np.ndarray, begin_keyframe: bool = False) -> Prediction:
        """Carry the state along and correct it; see `Stream`. Raises StateError, EngineError."""
        if not self._has_state:
            raise StateError('there is no state to carry forward; process a keyframe first')
        prediction = self._run('update', image)
        if begin_keyframe:
            self._begin_keyframe()
        elif self._reference is not None and self._reference.under_way and self._memory.flow:
            self._reference.keep(self._memory.flow)
        return prediction

    def keyframe_ready(self) -> bool:
        """Whether the keyframe under way has finished."""
        return self._reference is not None and self._reference.ready()

    def land(self) -> None:
        """Put its state in force, carried up to now. Raises StateError, EngineError."""
        if self._reference is None or not self._reference.under_way:
            raise StateError('there is no keyframe under way that could land; begin one first')
        try:
            self._reference.land(self._memory.state[self._side])
        except EngineError as cause:
            raise EngineError(
                f'the keyframe beside the updates failed in TensorRT: {one_line(cause)}'
            ) from cause

    def abandon(self) -> None:
        """Forget the keyframe under way."""
        if self._reference is not None:
            self._reference.abandon()

    def reset(self) -> None:
        """Forget the previous image, the state, and a keyframe under way."""
        self.abandon()
        self._has_state = False

    def close(self) -> None:
        """Wait for the GPU and give everything back: recordings, contexts, memory, stream."""
        self.reset()
        self._open = False
        self._steps = {}
        try:
            self._resources.close()
        except EngineError as error:  # after a fault of the GPU nothing can be given back
            log.error(f'closing a camera: {error}')

    def _run(self, graph: str, image: np.ndarray) -> Prediction:
        """Run a graph towards the other side, and move there."""
        if not self._open or graph not in self._steps:
            raise EngineError(f'graph {graph} cannot run: the engine or the stream is closed')
        target = 1 - self._side
        try:
            self._memory.put(image)
            self._steps[graph][target].run()
            self._cuda.wait()
        except (EngineError, ValueError) as cause:
            raise EngineError(
                f'graph {graph} failed in TensorRT: {one_line(cause)}; the stream has to start '
                'again with a keyframe'
            ) from cause
        self._side = target
        return self._memory.prediction(self._plans[graph].graph)

    def _begin_keyframe(self) -> None:
        """Start the reference network on the image that has just been processed."""
        if self._reference is None:
            self._reference = ReferenceStream(self._cudart, self._plans, self._cuda)
            self._resources.callback(self._reference.close)
        self._reference.begin(self._memory.image[self._side])

    def _record(self, cudart: Any, kind: str, stack: ExitStack) -> tuple[Step, Step]:
        runner = stack.enter_context(self._plans[kind].runner())
        back, forth = (
            Step(kind, cudart, self._cuda, partial(self._queue, kind, runner, side), stack)
            for side in (0, 1)
        )
        return back, forth

    def _queue(self, kind: str, runner: Runner, side: int) -> None:
        """Queue the copy up, the run towards a side, and the copies down."""
        memory, graph = self._memory, self._plans[kind].graph
        memory.upload(self._cuda, side)
        runner.enqueue(self._addresses(kind, side), self._cuda.handle)
        memory.download(self._cuda, graph)

    def _addresses(self, kind: str, side: int) -> dict[str, int]:
        """Return where a graph's tensors are when it works towards a side."""
        memory, graph = self._memory, self._plans[kind].graph
        places = {
            'image': memory.image[side],
            'previous': memory.image[1 - side],
            **memory.answers,
        }
        if memory.state:
            written = 'state' if kind == 'keyframe' else 'state_out'
            places |= {'state': memory.state[1 - side], written: memory.state[side]}
        if memory.flow:
            places['flow'] = memory.flow
        return {spec.name: places[spec.name].address for spec in (*graph.inputs, *graph.outputs)}
