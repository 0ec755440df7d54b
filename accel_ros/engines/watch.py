# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Whoever waits for an engine: hears how far it is, and may call it off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from accel_ros.errors import EngineError


@dataclass(frozen=True)
class Progress:
    """One moment of a build."""

    phase: str  # the library's own words for what it does
    percent: float  # 0..100, of steps; how long each will take nobody knows

    def __str__(self) -> str:
        """Return phase and percent, for a person."""
        return f'{self.phase}, {self.percent:.0f} %'


class Cancelled(EngineError):
    """An engine was not opened because somebody asked to stop."""


Report = Callable[[Progress], None]


@dataclass(frozen=True)
class Watch:
    """What opening an engine reports to, every second at least, and asks whether to stop."""

    report: Report = lambda progress: None
    cancelled: Callable[[], bool] = lambda: False
