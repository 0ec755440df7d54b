# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""How far a build is: TensorRT's nested phases as one percentage that never falls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accel_ros.engines.watch import Progress, Report


@dataclass
class _Phase:
    parent: str | None
    steps: int
    done: int = 0


@dataclass
class Phases:
    """The phases under way. TensorRT calls from several threads."""

    report: Report
    _open: dict[str, _Phase] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _percent: float = 0.0

    def start(self, name: str, parent: str | None, steps: int) -> None:
        """Enter a phase of so many steps."""
        with self._lock:
            self._open[name] = _Phase(parent, max(1, steps))
            self._tell(name)

    def step(self, name: str, number: int) -> None:
        """Take note that a phase's step (0 is the first) is done."""
        with self._lock:
            if name in self._open:
                self._open[name].done = number + 1
            self._tell(name)

    def finish(self, name: str) -> None:
        """Leave a phase."""
        with self._lock:
            self._open.pop(name, None)

    def _tell(self, name: str) -> None:
        roots = [phase for phase, it in self._open.items() if it.parent not in self._open]
        share = max((self._share(root) for root in roots), default=0.0)
        self._percent = max(self._percent, 100 * share)
        self.report(Progress(name, self._percent))

    def _share(self, name: str) -> float:
        """Return how much of a phase is done, 0..1: its steps, and what it is in the midst of."""
        own = self._open[name]
        inner = [self._share(child) for child, it in self._open.items() if it.parent == name]
        return min(1.0, (own.done + max(inner, default=0.0)) / own.steps)


def monitor(trt: Any, phases: Phases, cancelled: Callable[[], bool]) -> Any:
    """Return TensorRT's progress monitor over `phases`; `cancelled` is asked at every step."""

    class Monitor(trt.IProgressMonitor):
        """Passes on what TensorRT says."""

        def __init__(self) -> None:
            trt.IProgressMonitor.__init__(self)

        def phase_start(self, phase_name: str, parent_phase: str | None, num_steps: int) -> None:
            """Take note that a phase begins."""
            phases.start(phase_name, parent_phase, num_steps)

        def step_complete(self, phase_name: str, step: int) -> bool:
            """Take note of a step; return whether the build goes on."""
            phases.step(phase_name, step)
            return not cancelled()

        def phase_finish(self, phase_name: str) -> None:
            """Take note that a phase ends."""
            phases.finish(phase_name)

    return Monitor()
