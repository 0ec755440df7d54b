# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""One row of the table: what is counted while frames are processed, and the figures of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from accel_model.datasets.dataset import Image
from accel_model.evaluate.protocol import Step
from accel_ros.classes import ClassTable
from accel_ros.consistency import Consistency, Match
from accel_ros.errors import AccelError
from accel_ros.metrics import Confusion


class EvaluationError(AccelError):
    """A network cannot be evaluated on a data set."""


@dataclass(frozen=True)
class Times:
    """Milliseconds of `count` frames."""

    count: int
    mean: float
    p50: float
    p95: float


@dataclass(frozen=True)
class AtDistance:
    """The labelled frames that are `distance` frames away from their keyframe."""

    distance: int
    frames: int
    miou: float | None


@dataclass(frozen=True)
class Row:
    """
    The figures of a row; shares are in percent, and None where there is nothing to measure.

    :ivar model: 'reference' or 'update' (a branch alone, frame by frame), 'dff' or 'accel'
    :ivar interval: frames from keyframe to keyframe; 1 for a branch alone
    :ivar frames: labelled frames that counted
    :ivar iou: by class
    :ivar frame_ms: a frame of an endless video: the medians of one keyframe and the updates
    :ivar confusion: pixels by true (rows) and predicted class (columns)
    """

    network: str
    model: str
    interval: int
    frames: int
    miou: float | None
    pixel_accuracy: float | None
    temporal_consistency: float | None
    iou: tuple[float | None, ...]
    by_distance: tuple[AtDistance, ...]
    key_ms: Times | None
    update_ms: Times | None
    frame_ms: float | None
    confusion: tuple[tuple[int, ...], ...]


class Result:
    """
    Counts for one row while its frames are processed.

    :param network: what to call the network
    :param model: see Row
    :param interval: see Row
    """

    def __init__(self, network: str, model: str, interval: int, classes: ClassTable) -> None:
        self.network = network
        self.model = model
        self.interval = interval
        self.key_ms: list[float] = []
        self.update_ms: list[float] = []
        self.consistency = Consistency()
        self._classes = classes
        self._by_distance: dict[int, Confusion] = {}
        self._frames: Counter[int] = Counter()
        self._before: Image | None = None

    def add(self, step: Step, labels: Image, milliseconds: float, match: Match | None) -> None:
        """
        Add a processed frame; its true labels are read if they count.

        :param labels: class ids, u8 [H, W]
        :param milliseconds: what it took
        :param match: where its pixels were in the frame that was added last, if that is known
        :raises EvaluationError: labels and true labels cannot be compared
        :raises DatasetError: the true labels cannot be read
        """
        (self.update_ms if step.distance else self.key_ms).append(milliseconds)
        if match is not None and self._before is not None:
            self.consistency.add(match, self._before, labels)
        self._before = labels
        if not step.counts:
            return
        confusion = self._by_distance.setdefault(step.distance, self._confusion())
        try:
            confusion.add(step.video.labels(step.index), labels)
        except ValueError as error:
            raise EvaluationError(f'{step.video.name}:{step.index}: {error}') from error
        self._frames[step.distance] += 1

    @property
    def confusion(self) -> Confusion:
        """Return the cumulative confusion matrix of all distances."""
        total = self._confusion()
        for confusion in self._by_distance.values():
            total.merge(confusion)
        return total

    def row(self) -> Row:
        """Return the figures so far."""
        total = self.confusion
        key, update = _times(self.key_ms), _times(self.update_ms)
        return Row(
            network=self.network,
            model=self.model,
            interval=self.interval,
            frames=self._frames.total(),
            miou=_percent(total.mean_iou),
            pixel_accuracy=_percent(total.pixel_accuracy),
            temporal_consistency=_percent(self.consistency.share),
            iou=tuple(_percent(value) for value in total.iou),
            by_distance=tuple(
                AtDistance(distance, self._frames[distance], _percent(confusion.mean_iou))
                for distance, confusion in sorted(self._by_distance.items())
            ),
            key_ms=key,
            update_ms=update,
            frame_ms=_frame_ms(self.interval, key, update),
            confusion=tuple(tuple(int(count) for count in line) for line in total.matrix),
        )

    def _confusion(self) -> Confusion:
        return Confusion(len(self._classes), self._classes.ignore)


def _percent(share: float) -> float | None:
    return None if np.isnan(share) else round(100 * float(share), 2)


def _times(milliseconds: Sequence[float]) -> Times | None:
    if not milliseconds:
        return None
    p50, p95 = np.percentile(milliseconds, (50, 95))
    figures = (float(np.mean(milliseconds)), float(p50), float(p95))
    return Times(len(milliseconds), *(round(figure, 2) for figure in figures))


def _frame_ms(interval: int, key: Times | None, update: Times | None) -> float | None:
    if key is None:
        return None
    if interval == 1:
        return key.p50
    if update is None:
        return None
    return round((key.p50 + (interval - 1) * update.p50) / interval, 2)
