# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""How long a frame took, and what that means over many frames."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from accel_ros.keyframes import Kind, Landing, Reason


@dataclass(frozen=True)
class FrameTiming:
    """All that is known about the processing of one frame; times in milliseconds.

    The fields are those of the message `FrameTiming`, with its header as `stamp_ns`, `frame_id`.
    """

    stamp_ns: int
    frame_id: str
    kind: Kind
    keyframe_reason: Reason
    frames_since_keyframe: int
    keyframe_interval: int
    keyframe_landing: Landing
    drift: float | None  # share of cells where the two branches disagree; None: not known
    change: float  # of the image, 0..255 from frame to frame, summed since the last keyframe
    wait_ms: float  # in the slot, before a worker took it
    convert_ms: float  # to the network's input, and the labels back to the image's size
    infer_ms: float
    publish_ms: float
    total_ms: float  # from arrival to the last output
    age_ms: float  # from the stamp to the last output
    received: int  # frames so far
    processed: int
    dropped: int


class Stopwatch:
    """Measures a run of laps with the clock that never jumps."""

    def __init__(self) -> None:
        self._start = self._lap = time.perf_counter_ns()

    def lap_ms(self) -> float:
        """Return the time since the last lap (or the start) and begin the next lap."""
        previous, self._lap = self._lap, time.perf_counter_ns()
        return (self._lap - previous) / 1e6

    def total_ms(self) -> float:
        """Return the time since the start."""
        return (time.perf_counter_ns() - self._start) / 1e6


def percentiles(times_ms: Iterable[float]) -> dict[str, float]:
    """Return count, mean, p50, p95, p99 and max of times; zeros where there are none."""
    values = np.fromiter(times_ms, np.float64)
    if not values.size:
        return dict.fromkeys(('count', 'mean', 'p50', 'p95', 'p99', 'max'), 0)
    p50, p95, p99 = np.percentile(values, (50, 95, 99))
    return {
        'count': int(values.size),
        'mean': float(values.mean()),
        'p50': float(p50),
        'p95': float(p95),
        'p99': float(p99),
        'max': float(values.max()),
    }


def summarize(frames: Iterable[tuple[Kind, float]]) -> dict[str, dict[str, float]]:
    """Return the percentiles of (kind, milliseconds) pairs, by kind and over `all`."""
    pairs = list(frames)
    summary = {'all': percentiles(ms for _, ms in pairs)}
    for kind in ('key', 'update'):
        summary[kind] = percentiles(ms for k, ms in pairs if k == kind)
    return summary
