# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Run a bundle with ONNX Runtime, on the CPU or through its CUDA provider."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from accel_ros.bundle import Bundle
from accel_ros.engines.protocol import Prediction
from accel_ros.engines.reference import Flight, ReferenceWorker
from accel_ros.errors import BundleError, EngineError, StateError, one_line
from accel_ros.manifest import GraphSpec, TensorSpec

ANSWERS = ('labels', 'confidence', 'drift')  # what leaves the engine


class OnnxRuntimeEngine:
    """A bundle's graphs as sessions, which all cameras share: a session runs in any thread."""

    name = 'onnxruntime'

    def __init__(
        self, bundle: Bundle, threads: int | None = None, why: str = '', provider: str = 'CPU'
    ) -> None:
        """Load the graphs; `provider` is CPU or CUDA. Raises BundleError, EngineError."""
        ort = _import()
        threads = threads or len(os.sched_getaffinity(0))
        where = f'{threads} CPU threads' if provider == 'CPU' else 'a GPU, with CUDA'
        self.description = f'onnxruntime {ort.__version__} on {where} ({why})'
        names = list(bundle.manifest.graphs)
        kind = Graphs if provider == 'CPU' else GraphsOnGpu
        self._graphs = kind(bundle, names, threads)
        apart = max(threads // 2, 1)  # for keyframes beside the updates, and the rest for these
        self._worker = ReferenceWorker(
            lambda: kind(bundle, ['update'], max(threads - apart, 1)),
            lambda: kind(bundle, ['keyframe', 'propagate'], apart),
        )

    def open_stream(self) -> OnnxRuntimeStream:
        """Return a new, empty memory."""
        return OnnxRuntimeStream(self._graphs, self._worker)

    def close(self) -> None:
        """Let go of the sessions; waits for a keyframe under way that nobody has abandoned."""
        self._worker.close()
        self._graphs.close()


class Graphs:
    """Some of a bundle's graphs, which run on a number of threads of their own."""

    provider = 'CPU'

    def __init__(self, bundle: Bundle, names: Iterable[str], threads: int) -> None:
        self._ort = _import()
        self._sessions = {
            name: _session(self._ort, bundle, name, threads, self.provider) for name in names
        }

    def run(
        self, graph: str, inputs: dict[str, Any], options: Any = None, flow: bool = False
    ) -> dict[str, Any]:
        """Run a graph and return its outputs by name, the flow only if asked for."""
        session = self._sessions.get(graph)
        if session is None:
            raise EngineError(f'graph {graph} cannot run: the engine is closed')
        names = [t.name for t in session.get_outputs() if flow or t.name != 'flow']
        try:
            return dict(zip(names, self._execute(session, names, inputs, options)))
        except Exception as cause:
            raise EngineError(
                f'graph {graph} failed in onnxruntime: {one_line(cause)}; the stream has to start '
                'again with a keyframe'
            ) from cause

    def hold(self, image: np.ndarray) -> Any:
        """Return the image as a value that shares the array's memory and keeps it alive."""
        return self._ort.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(image)[None])

    def options(self) -> Any:
        """Return the options of one run; setting their `terminate` ends it, from any thread."""
        return self._ort.RunOptions()

    def close(self) -> None:
        """Let go of the sessions."""
        self._sessions.clear()

    def _execute(
        self, session: Any, names: list[str], inputs: dict[str, Any], options: Any
    ) -> list[Any]:
        """Return the outputs of these names; may raise whatever ONNX Runtime does."""
        return list(session.run_with_ort_values(names, inputs, options))


class GraphsOnGpu(Graphs):
    """The same with CUDA: image, state and flow stay on the GPU, only answers come back."""

    provider = 'CUDA'
    device = 'cuda'

    def hold(self, image: np.ndarray) -> Any:
        """Return the image as a value on the GPU. Raises EngineError."""
        array = np.ascontiguousarray(image)[None]
        try:
            return self._ort.OrtValue.ortvalue_from_numpy(array, self.device, 0)
        except Exception as cause:
            raise EngineError(
                f'onnxruntime cannot copy an image to the GPU: {one_line(cause)}; close other '
                'programs that use it'
            ) from cause

    def _execute(
        self, session: Any, names: list[str], inputs: dict[str, Any], options: Any
    ) -> list[Any]:
        binding = session.io_binding()
        for name, value in inputs.items():
            binding.bind_ortvalue_input(name, value)
        for name in names:
            binding.bind_output(name, 'cpu' if name in ANSWERS else self.device)
        session.run_with_iobinding(binding, options)
        return list(binding.get_outputs())


class OnnxRuntimeStream:
    """One camera's memory. Image and state stay ONNX Runtime's own values from run to run."""

    def __init__(self, graphs: Graphs, worker: ReferenceWorker) -> None:
        self._graphs = graphs
        self._worker = worker
        self._closed = False
        self._previous: Any = None
        self._state: Any = None
        self._flight: Flight | None = None
        self._updates = graphs

    def keyframe(self, image: np.ndarray) -> Prediction:
        """Run the reference network; its features become the state. Raises EngineError."""
        self.abandon()
        self._updates = self._graphs
        current = self._graphs.hold(image)
        self._check()
        outputs = self._graphs.run('keyframe', {'image': current})
        self._previous, self._state = current, outputs.get('state')
        return _prediction(outputs)

    def update(self, image: np.ndarray, begin_keyframe: bool = False) -> Prediction:
        """Carry the state along and correct it; see `Stream`. Raises StateError, EngineError."""
        if self._state is None:
            raise StateError('there is no state to carry forward; process a keyframe first')
        current = self._graphs.hold(image)
        inputs = {'image': current, 'previous': self._previous, 'state': self._state}
        self._check()
        flight = None if begin_keyframe else self._flight  # a new one starts at this image
        if begin_keyframe:
            self._begin_keyframe(current)
        outputs = self._updates.run('update', inputs, flow=flight is not None)
        if flight is not None:
            flight.flows.append(outputs['flow'])
        self._previous, self._state = current, outputs['state_out']
        return _prediction(outputs)

    def keyframe_ready(self) -> bool:
        """Whether the keyframe under way has finished."""
        return self._flight is not None and self._flight.ready()

    def land(self) -> None:
        """Put its state in force, carried up to now. Raises StateError, EngineError."""
        if self._flight is None:
            raise StateError('there is no keyframe under way that could land; begin one first')
        flight, self._flight = self._flight, None
        self._state = flight.land(self._graphs)
        self._leave_threads()

    def abandon(self) -> None:
        """Forget the keyframe under way."""
        if self._flight is not None:
            self._flight.abandon()
            self._flight = None

    def reset(self) -> None:
        """Forget the previous image, the state, and a keyframe under way."""
        self.abandon()
        self._previous = self._state = None

    def close(self) -> None:
        """Let go of everything."""
        self.reset()
        self._closed = True

    def _begin_keyframe(self, image: Any) -> None:
        """Start the reference network. Raises EngineError."""
        self.abandon()
        self._leave_threads()
        self._flight = self._worker.begin(image, self._graphs.options())

    def _leave_threads(self) -> None:
        """Run updates on the threads that keyframes leave to them, once their graphs are there.

        The first keyframe of all loads those, so until it lands updates have every thread. A
        convolution's last bit may depend on that: threads change where a keyframe begins or lands.
        """
        self._updates = self._worker.updates or self._graphs

    def _check(self) -> None:
        if self._closed:
            raise EngineError('the stream is closed and cannot run a graph; open another one')


def _prediction(outputs: dict[str, Any]) -> Prediction:
    drift = outputs.get('drift')
    return Prediction(
        labels=outputs['labels'].numpy()[0],
        confidence=outputs['confidence'].numpy()[0],
        drift=None if drift is None else float(drift.numpy()[0]),
    )


def _import() -> Any:
    """Import ONNX Runtime when it is needed, so that the rest works without it."""
    try:
        import onnxruntime
    except ImportError as cause:
        raise EngineError(
            f'backend onnxruntime cannot be used: {one_line(cause)}; pip install onnxruntime'
        ) from cause
    return onnxruntime


def _session(ort: Any, bundle: Bundle, graph: str, threads: int, provider: str) -> Any:
    name = f'{provider}ExecutionProvider'
    if name not in ort.get_available_providers():
        raise EngineError(f'this onnxruntime has no {provider} provider; install onnxruntime-gpu')
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that spin while they wait take the CPU from the rest of the robot.
    options.add_session_config_entry('session.intra_op.allow_spinning', '0')
    options.log_severity_level = 3  # errors; they come back as exceptions too
    path = bundle.graph_path(graph)
    try:
        session = ort.InferenceSession(str(path), options, providers=[name])
    except Exception as cause:
        raise EngineError(
            f'{path} cannot be loaded by onnxruntime {ort.__version__}: {one_line(cause)}; '
            'export the bundle again, or update onnxruntime'
        ) from cause
    if session.get_providers()[0] != name:  # it falls back to the CPU without a word
        raise EngineError(
            f'onnxruntime {ort.__version__} cannot use {provider} here; look at its requirements '
            'of CUDA and cuDNN'
        )
    _check(session, bundle, bundle.manifest.graphs[graph])
    return session


def _check(session: Any, bundle: Bundle, graph: GraphSpec) -> None:
    """Raise BundleError unless the file has the tensors that the manifest says."""
    for side, due in (
        (session.get_inputs(), graph.inputs),
        (session.get_outputs(), graph.outputs),
    ):
        found = {str(_spec(node)) for node in side}
        if found != {str(spec) for spec in due}:
            raise BundleError(
                f'bundle {bundle.path} cannot be used: {graph.file} has {sorted(found)} and its '
                f'manifest says {[str(spec) for spec in due]}; export it again'
            )


def _spec(node: Any) -> TensorSpec:
    """Return an ONNX Runtime tensor description as the manifest would have it."""
    name = node.type.removeprefix('tensor(').removesuffix(')')
    dtype = {'float': 'float32', 'double': 'float64'}.get(name, name)
    return TensorSpec(node.name, dtype, tuple(node.shape))
