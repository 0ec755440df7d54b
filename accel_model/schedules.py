# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Learning rate schedules, as factors on the base rate."""

from __future__ import annotations

from collections.abc import Sequence


def warmup_poly(step: int, *, warmup: int, total: int, power: float) -> float:
    """Linear from 0 over `warmup` steps, then (1 - progress) ** power down to 0 at `total`."""
    if step < warmup:
        return (step + 1) / (warmup + 1)
    return max(0.0, 1 - (step - warmup) / max(1, total - warmup)) ** power


def warmup_steps(step: int, *, warmup: int, drops: Sequence[float]) -> float:
    """The published one: a tenth for `warmup` steps, then 1, and a tenth of that at each drop."""
    if step < warmup:
        return 0.1
    return 0.1 ** sum(step >= drop for drop in drops)
