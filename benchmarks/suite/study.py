# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What a trace says: which signals tell the loss, and what any schedule of keyframes comes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from accel_ros.keyframes import LandingRule, Policy, Scheduler, View
from accel_ros.metrics import Confusion
from suite.trace import Cell

STARTS = 10  # a schedule is tried from each of the first frames on


@dataclass(frozen=True)
class Correlation:
    """How well a signal tells the loss in mIoU: Pearson, of ranks, among frames of one age."""

    signal: str
    pearson: float
    spearman: float
    same_age: float


@dataclass(frozen=True)
class Score:
    """What a schedule comes to: keyframes per frame, mIoU in percent."""

    share: float
    miou: float


class Study:
    """The cells of one video."""

    def __init__(self, views: Sequence[View], cells: Iterable[Cell]) -> None:
        self.views = views
        self._cells = {(cell.key, cell.distance): cell for cell in cells}
        self.farthest = max(distance for _, distance in self._cells)

    def correlations(self, farthest: int) -> list[Correlation]:
        """Return what every signal is worth, for frames up to a distance from their keyframe.

        The loss of a frame: its mIoU as a keyframe, less its mIoU carried from an older one.
        """
        cells = [c for c in self._cells.values() if 0 < c.distance <= farthest]
        loss = np.array([self._loss(cell) for cell in cells])
        age = np.array([cell.distance for cell in cells], float)
        found = [Correlation('age', *_correlate(age, loss), float('nan'))]
        for name in cells[0].signals:
            signal = np.array([cell.signals[name] for cell in cells])
            within = [_correlate(signal[age == d], loss[age == d])[0] for d in np.unique(age)]
            usable = [value for value in within if np.isfinite(value)]
            same = float(np.mean(usable)) if usable else float('nan')
            found.append(Correlation(name, *_correlate(signal, loss), same))
        return found

    def score(self, policy: Policy, landings: LandingRule | None = None) -> Score:
        """Return what a policy comes to, from all starts, with the scheduler that robots run."""
        runs = [self._run(policy, landings, start) for start in range(STARTS)]
        return Score(*(float(np.mean(column)) for column in zip(*runs, strict=True)))

    def _run(
        self, policy: Policy, landings: LandingRule | None, start: int
    ) -> tuple[float, float]:
        scheduler = Scheduler(policy, None, landings)
        first = self._cells[0, 0].confusion
        total, keyframes = Confusion(len(first.matrix), ignore=255), 0
        for at in range(start, len(self.views)):
            decision = scheduler.decide(self.views[at], lambda: True)
            scheduler.done(self.views[at], decision)
            keyframes += bool(decision.reason)
            age = decision.frames_since_keyframe
            total.merge(self._cells[at - age, age].confusion)
        return keyframes / (len(self.views) - start), 100 * total.mean_iou

    def _loss(self, cell: Cell) -> float:
        """Return the loss in points, over the classes of the frame."""
        fresh = self._cells[cell.key + cell.distance, 0].confusion
        there = fresh.matrix.sum(axis=1) > 0
        return 100 * float((fresh.iou[there] - cell.confusion.iou[there]).mean())


def at_share(scores: Sequence[Score], share: float) -> float:
    """Return the mIoU at a share of keyframes, between those that were tried."""
    ordered = sorted(scores, key=lambda score: score.share)
    shares, mious = zip(*((s.share, s.miou) for s in ordered), strict=True)
    return float(np.interp(share, shares, mious))


def _correlate(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    if len(one) < 3 or one.std() == 0 or other.std() == 0:
        return float('nan'), float('nan')
    ranks = [values.argsort().argsort() for values in (one, other)]
    return float(np.corrcoef(one, other)[0, 1]), float(np.corrcoef(*ranks)[0, 1])
