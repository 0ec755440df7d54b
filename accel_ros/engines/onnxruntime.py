# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Run a bundle with ONNX Runtime on the CPU."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from accel_ros.bundle import Bundle
from accel_ros.engines.protocol import Prediction
from accel_ros.errors import BundleError, EngineError, StateError, one_line
from accel_ros.manifest import GraphSpec, TensorSpec

# The graphs of this release's pipeline; others are not loaded, which saves their memory.
GRAPHS = ('keyframe', 'update')


class OnnxRuntimeEngine:
    """A bundle's graphs as sessions, which all cameras share: a session runs in any thread."""

    name = 'onnxruntime'

    def __init__(self, bundle: Bundle, threads: int | None = None, why: str = '') -> None:
        ort = _import()
        threads = threads or len(os.sched_getaffinity(0))
        self.description = f'onnxruntime {ort.__version__} on {threads} CPU threads ({why})'
        self._sessions: dict[str, Any] = {}
        for graph in GRAPHS:
            if graph in bundle.manifest.graphs:
                self._sessions[graph] = _session(ort, bundle, graph, threads)

    def open_stream(self) -> OnnxRuntimeStream:
        """Return a new, empty memory."""
        return OnnxRuntimeStream(self._sessions)

    def close(self) -> None:
        """Let go of the sessions."""
        self._sessions.clear()


class OnnxRuntimeStream:
    """One camera's memory. Image and state stay ONNX Runtime's own values from run to run."""

    def __init__(self, sessions: dict[str, Any]) -> None:
        self._sessions = sessions
        self._ort = _import()
        self._previous: Any = None
        self._state: Any = None

    def keyframe(self, image: np.ndarray) -> Prediction:
        """Run the reference network; its features become the state. Raises EngineError."""
        current = self._hold(image)
        outputs = self._run('keyframe', {'image': current})
        self._previous, self._state = current, outputs.get('state')
        return _prediction(outputs)

    def update(self, image: np.ndarray) -> Prediction:
        """Carry the state along and correct it. Raises StateError, EngineError."""
        if self._state is None:
            raise StateError('there is no state to carry forward; process a keyframe first')
        current = self._hold(image)
        inputs = {'image': current, 'previous': self._previous, 'state': self._state}
        outputs = self._run('update', inputs)
        self._previous, self._state = current, outputs['state_out']
        return _prediction(outputs)

    def reset(self) -> None:
        """Forget the previous image and the state."""
        self._previous = self._state = None

    def close(self) -> None:
        """Let go of everything."""
        self.reset()
        self._sessions = {}

    def _hold(self, image: np.ndarray) -> Any:
        """Return the image as a value that shares the array's memory and keeps it alive."""
        return self._ort.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(image)[None])

    def _run(self, graph: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Run a graph and return its outputs by name; the flow is left where it is."""
        session = self._sessions.get(graph)
        if session is None:
            raise EngineError(f'graph {graph} cannot run: the engine or the stream is closed')
        names = [tensor.name for tensor in session.get_outputs() if tensor.name != 'flow']
        try:
            return dict(zip(names, session.run_with_ort_values(names, inputs)))
        except Exception as cause:
            raise EngineError(
                f'graph {graph} failed in onnxruntime: {one_line(cause)}; the stream has to start '
                'again with a keyframe'
            ) from cause


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


def _session(ort: Any, bundle: Bundle, graph: str, threads: int) -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that spin while they wait take the CPU from the rest of the robot.
    options.add_session_config_entry('session.intra_op.allow_spinning', '0')
    options.log_severity_level = 3  # errors; they come back as exceptions too
    path = bundle.graph_path(graph)
    try:
        session = ort.InferenceSession(str(path), options, providers=['CPUExecutionProvider'])
    except Exception as cause:
        raise EngineError(
            f'{path} cannot be loaded by onnxruntime {ort.__version__}: {one_line(cause)}; '
            'export the bundle again, or update onnxruntime'
        ) from cause
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
