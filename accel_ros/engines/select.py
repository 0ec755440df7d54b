# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Choose the backend that runs a bundle."""

from __future__ import annotations

from accel_ros.bundle import Bundle
from accel_ros.engines.protocol import Engine
from accel_ros.errors import EngineError

BACKENDS = ('auto', 'onnxruntime', 'tensorrt')


def open_engine(bundle: Bundle, backend: str = 'auto', threads: int | None = None) -> Engine:
    """Make a bundle's graphs ready to run; the engine's description says what was chosen and why.

    `threads` is the number of CPU threads of a run (None: one per CPU). Raises EngineError.
    """
    if backend not in BACKENDS:
        raise EngineError(f'backend {backend!r} is unknown; use one of {", ".join(BACKENDS)}')
    if backend == 'tensorrt':
        raise EngineError('backend tensorrt is not part of this release; use auto or onnxruntime')
    from accel_ros.engines.onnxruntime import OnnxRuntimeEngine

    why = 'the only backend of this release' if backend == 'auto' else 'as asked for'
    return OnnxRuntimeEngine(bundle, threads=threads, why=why)
