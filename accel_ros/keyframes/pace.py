# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""How long frames take and how fast they come, over the last few of them."""

from __future__ import annotations

from collections import deque
from statistics import median

REMEMBERED = 9


class Pace:
    """Medians of recent times in milliseconds; None where nothing was measured yet."""

    def __init__(self) -> None:
        """Remember nothing."""
        self._times: dict[str, deque[float]] = {}

    def note(self, what: str, milliseconds: float) -> None:
        """Remember a time."""
        self._times.setdefault(what, deque(maxlen=REMEMBERED)).append(milliseconds)

    def __call__(self, what: str) -> float | None:
        """Return the median of the latest times of that name."""
        times = self._times.get(what)
        return median(times) if times else None
