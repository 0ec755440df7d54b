# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A bundle's graphs on the GPU, for all cameras."""

from __future__ import annotations

import logging
from contextlib import ExitStack

from accel_ros.bundle import Bundle
from accel_ros.engines.tensorrt import cuda, library
from accel_ros.engines.tensorrt.build import OutOfMemory
from accel_ros.engines.tensorrt.cache import EngineCache
from accel_ros.engines.tensorrt.child import build_in_child
from accel_ros.engines.tensorrt.here import Here
from accel_ros.engines.tensorrt.plan import Plan
from accel_ros.engines.tensorrt.prepare import Builder, Preparation
from accel_ros.engines.tensorrt.stream import TensorRTStream
from accel_ros.engines.watch import Watch
from accel_ros.errors import EngineError

log = logging.getLogger(__name__)


def prepare_here(bundle: Bundle, here: Here, builder: Builder = build_in_child) -> Preparation:
    """Return what makes a bundle's engines for this machine."""
    return Preparation(bundle, here.target, here.options, EngineCache(), builder)


class TensorRTEngine:
    """A bundle's engines. Their weights are on the GPU once, whatever the number of cameras."""

    def __init__(
        self,
        bundle: Bundle,
        flavour: str,
        why: str = '',
        watch: Watch | None = None,
        builder: Builder = build_in_child,
    ) -> None:
        """Load the engines, and build those that the cache does not have.

        Raises BuildCancelled, OutOfMemory, EngineError.
        """
        here = Here.find(flavour)
        self._trt, self._cudart = here.trt, here.cudart
        self._preparation = prepare_here(bundle, here, builder)
        self.name = flavour.replace('_', '-')
        self.description = f'{library.title(self._trt)} on {here.device.name} ({why})'
        self._streams: list[TensorRTStream] = []
        self._plans: dict[str, Plan] = {}
        self._free_before, _ = cuda.memory(self._cudart)
        with ExitStack() as stack:
            stack.callback(self._let_go)
            self._load(bundle, watch or Watch())
            stack.pop_all()

    def open_stream(self) -> TensorRTStream:
        """Return a new, empty memory. Raises OutOfMemory, EngineError."""
        if not self._plans:
            raise EngineError('the engine is closed')
        stream = TensorRTStream(self._cudart, self._plans)
        self._streams.append(stream)
        return stream

    def close(self) -> None:
        """Close the streams, then let go of the engines; the log says what memory came back."""
        if not self._plans:
            return
        free = self._free()
        for stream in self._streams:
            stream.close()
        self._streams = []
        self._let_go()
        freed = self._free()
        if free is not None and freed is not None:
            log.info(
                'TensorRT gave %d MiB of GPU memory back; %d MiB are less than before it began',
                (freed - free) // cuda.MEBIBYTE,
                max(0, self._free_before - freed) // cuda.MEBIBYTE,
            )

    def _free(self) -> int | None:
        """Return the GPU's free memory in bytes; None after a fault, when CUDA answers nothing."""
        try:
            return cuda.memory(self._cudart)[0]
        except EngineError:
            return None

    def _let_go(self) -> None:
        for plan in self._plans.values():
            plan.close()
        self._plans = {}
        self._runtime = None

    def _load(self, bundle: Bundle, watch: Watch) -> None:
        """Load every graph's engine; one from the cache that TensorRT refuses is built again."""
        trt = self._trt
        runtime = self._runtime = library.make(trt.Runtime, library.logger(trt))
        for graph, prepared in self._preparation.each(watch):
            spec = bundle.manifest.graphs[graph]
            try:
                plan = Plan(trt, runtime, graph, prepared.engine, spec)
            except OutOfMemory:
                raise
            except EngineError as error:
                if not prepared.cached:
                    raise
                log.warning(f'the cached engine is not used: {error}; it is built again')
                prepared = self._preparation.one(graph, watch, rebuild=True)
                plan = Plan(trt, runtime, graph, prepared.engine, spec)
            self._plans[graph] = plan
