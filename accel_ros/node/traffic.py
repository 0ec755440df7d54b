# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What one camera's stream was like over the last seconds."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from accel_ros.keyframes import Kind
from accel_ros.timing import FrameTiming, percentiles

WINDOW_S = 10.0
MOST = 4096  # remembered of each kind, however fast the camera

Value = TypeVar('Value')


@dataclass(frozen=True)
class Summary:
    """The stream over the last `WINDOW_S` seconds, or since it began."""

    span_s: float
    received: int
    labelled: int
    overtaken: int
    refused: int
    silence_s: float  # since the last image, or since the beginning
    unlabelled_s: float  # since the last labels, or since the beginning
    ever_received: bool
    refusal: str  # why the newest frame was refused; empty after a good one
    blank: bool  # whether the newest labelled image was all one colour
    failure: str  # why the newest keyframe beside the updates failed; empty where none did
    reasons: dict[str, int]  # keyframes by reason, those begun beside an update among them
    landings: dict[str, int]  # what became of those, see FrameTiming.msg
    latency_ms: dict[Kind, dict[str, float]]  # percentiles from arrival to the last output
    age_ms: dict[str, float]  # percentiles from the stamp to the last output

    @property
    def dropped(self) -> int:
        """Images that came and got no labels."""
        return self.overtaken + self.refused

    @property
    def drop_share(self) -> float:
        """Share of the images that were dropped, 0 to 1."""
        return self.dropped / max(self.dropped + self.labelled, 1)

    @property
    def keyframe_share(self) -> float:
        """Share of keyframes among the labelled frames, 0 to 1."""
        return sum(self.reasons.values()) / max(self.labelled, 1)


class Traffic:
    """Takes note of every frame, from any thread; forgets what is older than the window."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin now; `clock` gives seconds and never jumps."""
        self._clock = clock
        self._lock = threading.Lock()
        self._start = self._last_arrival = self._last_labels = clock()
        self._arrivals = _Recent[None]()
        self._overtaken = _Recent[None]()
        self._refused = _Recent[None]()
        self._labelled = _Recent[FrameTiming]()
        self._failures = _Recent[str]()
        self._ever_received = self._blank = False
        self._refusal = ''

    def receive(self, overtaken: int = 0) -> None:
        """Note an image, and how many older ones it takes the place of."""
        with self._lock:
            self._last_arrival = now = self._clock()
            self._ever_received = True
            self._arrivals.add(now, None)
            for _ in range(overtaken):
                self._overtaken.add(now, None)

    def refuse(self, reason: str) -> None:
        """Note an image that could not be used, and why."""
        with self._lock:
            self._refused.add(self._clock(), None)
            self._refusal = reason

    def label(self, frame: FrameTiming, blank: bool = False) -> None:
        """Note a frame that got its labels; `blank`: its image was all one colour."""
        with self._lock:
            self._last_labels = now = self._clock()
            self._labelled.add(now, frame)
            self._refusal, self._blank = '', blank

    def fail(self, reason: str) -> None:
        """Note a keyframe beside the updates that failed, and why."""
        with self._lock:
            self._failures.add(self._clock(), reason)

    def summary(self) -> Summary:
        """Return what the last seconds were like."""
        with self._lock:
            now = self._clock()
            begin = now - WINDOW_S
            frames = self._labelled.since(begin)
            failures = self._failures.since(begin)
            return Summary(
                span_s=min(max(now - self._start, 1.0), WINDOW_S),
                received=len(self._arrivals.since(begin)),
                labelled=len(frames),
                overtaken=len(self._overtaken.since(begin)),
                refused=len(self._refused.since(begin)),
                silence_s=now - self._last_arrival,
                unlabelled_s=now - self._last_labels,
                ever_received=self._ever_received,
                refusal=self._refusal,
                blank=self._blank,
                failure=failures[-1] if failures else '',
                reasons=Counter(f.keyframe_reason for f in frames if f.keyframe_reason),
                landings=Counter(f.keyframe_landing for f in frames if f.keyframe_landing),
                latency_ms={
                    'key': percentiles(f.total_ms for f in frames if f.kind == 'key'),
                    'update': percentiles(f.total_ms for f in frames if f.kind == 'update'),
                },
                age_ms=percentiles(f.age_ms for f in frames if f.age_ms == f.age_ms),
            )


@dataclass
class _Recent(Generic[Value]):
    """The newest values with their times."""

    _items: deque[tuple[float, Value]] = field(default_factory=lambda: deque(maxlen=MOST))

    def add(self, at: float, value: Value) -> None:
        self._items.append((at, value))

    def since(self, begin: float) -> list[Value]:
        """Forget what is older; return the rest."""
        while self._items and self._items[0][0] < begin:
            self._items.popleft()
        return [value for _, value in self._items]
