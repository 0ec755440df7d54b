# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Pairs of neighbouring frames of real video, labelled or not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from accel_model.datasets.dataset import DatasetError, Image

FARTHEST = 2  # frames apart
MEMORY = 4 << 30  # bytes that the frames of a file may take


class Frames(Protocol):
    """Consecutive frames of one size."""

    def __len__(self) -> int: ...

    def image(self, index: int) -> Image:
        """Return frame `index`, RGB, u8 [H, W, 3]."""


class FramePairs:
    """
    Frames at most FARTHEST apart in one of the videos.

    Pair `index` begins at the `index`-th frame of all videos that has a successor.
    """

    def __init__(self, videos: Sequence[Frames]) -> None:
        self._places = [(video, first) for video in videos for first in range(len(video) - 1)]

    def __len__(self) -> int:
        return len(self._places)

    def pair(self, index: int, rng: np.random.Generator) -> tuple[Image, Image]:
        """Return the current and the previous frame, in either order of time."""
        video, first = self._places[index]
        second = min(first + int(rng.integers(1, FARTHEST + 1)), len(video) - 1)
        if rng.random() < 0.5:
            first, second = second, first
        return video.image(second), video.image(first)


class VideoFile:
    """
    The frames of a video file, held in memory.

    :param path: a video that OpenCV reads
    :param height: frames are scaled to this height; None: they stay as they are
    :raises DatasetError: the file cannot be read, is shorter than 3 frames, or is too long
    """

    def __init__(self, path: Path, height: int | None = None) -> None:
        video = cv2.VideoCapture(str(path))
        self._frames: list[Image] = []
        while True:
            good, frame = video.read()
            if not good:
                break
            self._frames.append(_scaled(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), height))
            if len(self._frames) * self._frames[0].nbytes > MEMORY:
                raise DatasetError(
                    f'{path} takes more than {MEMORY >> 30} GB of memory: cut it, or scale it '
                    'down (data.height)'
                )
        if len(self._frames) <= FARTHEST:
            raise DatasetError(f'{path} holds no video that OpenCV can read: check the file')

    def __len__(self) -> int:
        return len(self._frames)

    def image(self, index: int) -> Image:
        """Return frame `index`, RGB, u8 [H, W, 3]."""
        return self._frames[index]


def _scaled(image: Image, height: int | None) -> Image:
    if height is None:
        return image
    size = (round(image.shape[1] * height / image.shape[0]), height)
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)
