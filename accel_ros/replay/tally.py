# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What is counted over the frames of a run; it can be stored, and added up over recordings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from accel_ros.classes import ClassTable
from accel_ros.consistency import Consistency
from accel_ros.metrics import Confusion

NOBODY = -1  # no label value is left out where labels of two runs are compared


class ByDistance:
    """Confusion matrices by how many frames a frame is from its keyframe."""

    def __init__(self, num_classes: int, ignore: int) -> None:
        self._num_classes, self._ignore = num_classes, ignore
        self.at: dict[int, Confusion] = {}
        self.frames: Counter[int] = Counter()

    def add(self, distance: int, truth: np.ndarray, labels: np.ndarray) -> float | None:
        """Add a frame; returns the share of its pixels that agree, None where none count.

        Raises ValueError for labels that are no classes.
        """
        frame = self._new()
        frame.add(truth, labels)
        self.at.setdefault(distance, self._new()).merge(frame)
        self.frames[distance] += 1
        return None if np.isnan(frame.pixel_accuracy) else frame.pixel_accuracy

    @property
    def total(self) -> Confusion:
        """Return the matrix of all distances."""
        total = self._new()
        for confusion in self.at.values():
            total.merge(confusion)
        return total

    def merge(self, other: ByDistance) -> None:
        """Add what another one has counted."""
        for distance, confusion in other.at.items():
            self.at.setdefault(distance, self._new()).merge(confusion)
        self.frames.update(other.frames)

    def dump(self) -> dict[str, Any]:
        """Return the counts as JSON has them."""
        return {
            str(d): {'frames': self.frames[d], 'matrix': c.matrix.tolist()}
            for d, c in sorted(self.at.items())
        }

    def load(self, content: dict[str, Any]) -> None:
        """Take counts back."""
        for key, entry in content.items():
            confusion = self._new()
            confusion.matrix += np.asarray(entry['matrix'], np.int64)
            self.at[int(key)] = confusion
            self.frames[int(key)] = entry['frames']

    def empty(self) -> ByDistance:
        """Return one for the same classes that has counted nothing."""
        return ByDistance(self._num_classes, self._ignore)

    def _new(self) -> Confusion:
        return Confusion(self._num_classes, self._ignore)


@dataclass
class Tally:
    """The counts of one run.

    :ivar truth: against true labels
    :ivar reference: against the frame-by-frame labels of the same bundle
    :ivar consistency: from frame to frame
    :ivar frames: frames with labels of this run
    :ivar last_keyframe: the number of the last one; -1: there was none
    """

    truth: ByDistance
    reference: ByDistance
    consistency: Consistency = field(default_factory=Consistency)
    frames: int = 0
    last_keyframe: int = -1

    @classmethod
    def of(cls, classes: ClassTable) -> Tally:
        """Return an empty one for the classes of a bundle."""
        count = len(classes)
        return cls(ByDistance(count, classes.ignore), ByDistance(count, NOBODY))

    def merge(self, other: Tally) -> None:
        """Add what another run of the same kind has counted."""
        self.truth.merge(other.truth)
        self.reference.merge(other.reference)
        self.consistency.equal += other.consistency.equal
        self.consistency.seen += other.consistency.seen
        self.frames += other.frames

    def dump(self) -> dict[str, Any]:
        """Return the counts as JSON has them."""
        return {
            'truth': self.truth.dump(),
            'reference': self.reference.dump(),
            'consistency': [self.consistency.equal, self.consistency.seen],
            'frames': self.frames,
            'last_keyframe': self.last_keyframe,
        }

    def load(self, content: dict[str, Any]) -> None:
        """Take counts back."""
        self.truth.load(content['truth'])
        self.reference.load(content['reference'])
        self.consistency.equal, self.consistency.seen = content['consistency']
        self.frames, self.last_keyframe = content['frames'], content['last_keyframe']
