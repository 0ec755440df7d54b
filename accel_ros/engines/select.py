# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Choose the backend that runs a bundle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

from accel_ros.bundle import Bundle
from accel_ros.engines.protocol import Engine
from accel_ros.engines.tensorrt.library import NAMES
from accel_ros.engines.watch import Cancelled, Watch
from accel_ros.errors import EngineError

BACKENDS = ('auto', 'onnxruntime', 'tensorrt')


@dataclass(frozen=True)
class Candidate:
    """Something that may run a bundle here; nothing is imported before it is asked."""

    name: str
    open: Callable[[str], Engine]  # takes the reason why it is opened
    unbuilt: Callable[[], list[str]] = list  # the graphs that it has to build first


def open_engine(
    bundle: Bundle,
    backend: str = 'auto',
    threads: int | None = None,
    watch: Watch | None = None,
) -> Engine:
    """Make a bundle's graphs ready to run; the engine's description says what was chosen and why.

    `tensorrt` is whichever TensorRT is installed, and builds its engines where they are not
    there yet: `watch` hears how far that is. `threads` is the number of CPU threads of a run
    (None: one per CPU). Raises BuildCancelled, EngineError.
    """
    if backend not in BACKENDS:
        raise EngineError(f'backend {backend!r} is unknown; use one of {", ".join(BACKENDS)}')
    failures: dict[str, EngineError] = {}
    for candidate in candidates(bundle, backend, threads, watch or Watch()):
        try:
            return candidate.open(_why(backend, failures))
        except Cancelled:
            raise
        except EngineError as error:
            failures[candidate.name] = error
    if not failures:
        raise EngineError(
            'backend tensorrt cannot be used: neither tensorrt nor tensorrt_rtx is installed; '
            'accel-ros doctor says how to get one, or use auto or onnxruntime'
        )
    raise list(failures.values())[-1]


def candidates(
    bundle: Bundle, backend: str, threads: int | None, watch: Watch
) -> Iterator[Candidate]:
    """Yield what may run a bundle with a backend, the best first."""
    if backend in ('auto', 'tensorrt'):
        for flavour, name in NAMES.items():
            if find_spec(flavour) is not None:
                yield Candidate(
                    name,
                    partial(_tensorrt, bundle, flavour, watch),
                    partial(_unbuilt, bundle, flavour),
                )
    if backend in ('auto', 'onnxruntime'):
        for provider in ('CUDA', 'CPU'):
            open_one = partial(_onnxruntime, bundle, threads, provider)
            yield Candidate(f'onnxruntime with {provider}', open_one)


def _tensorrt(bundle: Bundle, flavour: str, watch: Watch, why: str) -> Engine:
    from accel_ros.engines.tensorrt.engine import TensorRTEngine

    return TensorRTEngine(bundle, flavour, why, watch)


def _unbuilt(bundle: Bundle, flavour: str) -> list[str]:
    from accel_ros.engines.tensorrt.engine import prepare_here
    from accel_ros.engines.tensorrt.here import Here

    return prepare_here(bundle, Here.find(flavour)).missing()


def _onnxruntime(bundle: Bundle, threads: int | None, provider: str, why: str) -> Engine:
    from accel_ros.engines.onnxruntime import OnnxRuntimeEngine

    return OnnxRuntimeEngine(bundle, threads, why, provider)


def _why(backend: str, failures: dict[str, EngineError]) -> str:
    """Return why the next candidate is tried: what was asked for, and what did not work."""
    reasons = ['the best that works here' if backend == 'auto' else 'as asked for']
    if backend == 'auto' and not any(find_spec(flavour) for flavour in NAMES):
        reasons.append('TensorRT: not installed')
    reasons += [f'{name}: {str(error).split(";")[0]}' for name, error in failures.items()]
    return '; '.join(reasons)
