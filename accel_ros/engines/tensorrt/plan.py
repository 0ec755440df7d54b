# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A graph's engine on the GPU, and what runs it. Weights are shared, a context is one camera's."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

from accel_ros.engines.tensorrt.build import OUT_OF_MEMORY, OutOfMemory
from accel_ros.engines.tensorrt.library import check, complaints, failure, title
from accel_ros.errors import EngineError
from accel_ros.manifest import GraphSpec, TensorSpec

DTYPES = {'FLOAT': 'float32', 'HALF': 'float16', 'UINT8': 'uint8', 'INT8': 'int8',
          'INT32': 'int32', 'INT64': 'int64', 'BOOL': 'bool'}  # fmt: skip


class Plan:
    """A deserialized engine (TensorRT's own word is plan, because ours is taken)."""

    def __init__(self, trt: Any, runtime: Any, name: str, engine: bytes, graph: GraphSpec) -> None:
        """Load an engine of a graph's tensors. Raises OutOfMemory, EngineError."""
        self.name, self.graph, self._trt = name, graph, trt
        with complaints(trt) as said:
            self._plan = runtime.deserialize_cuda_engine(engine)
        if self._plan is None:
            raise _refused(f'load the engine of {name}', said)
        self._check()

    def runner(self) -> Runner:
        """Return something new that runs it. Raises OutOfMemory, EngineError."""
        return Runner(self._trt, self._plan, self.name)

    def close(self) -> None:
        """Let go of the weights; every runner has to be closed by then."""
        self._plan = None

    def _check(self) -> None:
        plan = self._plan
        names = [plan.get_tensor_name(number) for number in range(plan.num_io_tensors)]
        inputs = {n for n in names if plan.get_tensor_mode(n) == self._trt.TensorIOMode.INPUT}
        for side, due in (
            (inputs, self.graph.inputs),
            (set(names) - inputs, self.graph.outputs),
        ):
            found = {str(self._spec(name)) for name in side}
            if found != {str(spec) for spec in due}:
                raise EngineError(
                    f'the engine of {self.name} in {title(self._trt)} has {sorted(found)} and the '
                    f'manifest says {[str(spec) for spec in due]}; export the bundle again'
                )

    def _spec(self, name: str) -> TensorSpec:
        dtype = self._plan.get_tensor_dtype(name).name
        return TensorSpec(
            name, DTYPES.get(dtype, dtype.lower()), tuple(self._plan.get_tensor_shape(name))
        )


class Runner:
    """One camera's context of one graph. Only one thread at a time may use it."""

    def __init__(self, trt: Any, plan: Any, name: str) -> None:
        self._name, self._trt = name, trt
        with complaints(trt) as said:
            self._context = plan.create_execution_context()
        if self._context is None:
            raise _refused(f'make a context for {name}', said)

    def enqueue(self, addresses: Mapping[str, int], stream: Any) -> None:
        """Queue a run on a CUDA stream, the tensors at these addresses. Raises EngineError."""
        context = self._context
        with complaints(self._trt) as said:
            lost = [t for t, at in addresses.items() if not context.set_tensor_address(t, at)]
            good = not lost and context.execute_async_v3(int(stream))
        if lost:
            raise failure(f'place {lost[0]} of {self._name}', said)
        check(good, f'run {self._name}', said)

    def __enter__(self) -> Runner:
        """Use it in a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the context; the stream it ran on has to be idle."""
        self._context = None


def _refused(what: str, said: list[str]) -> EngineError:
    """Return the error for something that TensorRT did not make."""
    if any(words in ' '.join(said).lower() for words in OUT_OF_MEMORY):
        return OutOfMemory(
            f'there is too little GPU memory to {what}: {said[-1]}; close other programs that use '
            'the GPU, use fewer cameras, or a smaller bundle'
        )
    return failure(what, said)
