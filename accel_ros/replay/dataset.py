# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Footage from labelled videos of a data set, in the order of the paper's protocol.

The data sets are the offline package's; what is needed of them comes in from above.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np

from accel_ros.classes import ClassTable
from accel_ros.pipeline import Frame
from accel_ros.replay.footage import Problems, Shot


class Video(Protocol):
    """Consecutive frames, some of them labelled, as accel_model.datasets has them."""

    @property
    def labelled(self) -> Sequence[int]:
        """Return the numbers of the labelled frames."""

    def __len__(self) -> int: ...

    def image(self, index: int) -> np.ndarray:
        """Return a frame, RGB, u8 [H, W, 3]."""

    def labels(self, index: int) -> np.ndarray:
        """Return the class ids of a labelled frame, u8 [H, W]."""


Places = Callable[[int], Iterable[tuple[Video, int]]]


class DatasetFootage:
    """All videos one after the other; a frame after the last label of its video is left out."""

    def __init__(
        self, name: str, videos: Sequence[Video], classes: ClassTable, keyframes: Places
    ) -> None:
        """`keyframes` gives, for an interval, the video and frame of the protocol's keyframes."""
        self.name, self.classes = name, classes
        self.labels = 'the data set'
        self.problems = Problems()
        self._keyframes = keyframes
        self._videos = [video for video in videos if video.labelled]
        lengths = [video.labelled[-1] + 1 for video in self._videos]
        self._starts = np.cumsum([0, *lengths]).tolist()
        self.count: int | None = self._starts[-1]

    def identity(self) -> dict[str, Any]:
        """Return the name, and how many frames and labels there are."""
        return {'name': self.name, 'videos': [[len(v), *v.labelled] for v in self._videos]}

    def shots(self, first: int) -> Iterator[Shot]:
        """Yield the frames from number `first` on. Raises DatasetError."""
        for start, video in zip(self._starts, self._videos):
            labelled = set(video.labelled)
            for index in range(max(first - start, 0), video.labelled[-1] + 1):
                frame = Frame(video.image(index), 'rgb8')
                labels = video.labels(index) if index in labelled else None
                number = start + index
                yield Shot(number, frame, 0, labels=labels, cut=index == 0)

    def keyframes(self, interval: int) -> frozenset[int]:
        """Return the frames from which the protocol goes on to a label."""
        starts = {id(video): start for start, video in zip(self._starts, self._videos)}
        return frozenset(starts[id(video)] + index for video, index in self._keyframes(interval))
