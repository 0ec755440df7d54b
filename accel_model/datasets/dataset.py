# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What every data set is: videos of which some frames are labelled, and a class table."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from accel_ros.classes import ClassTable
from accel_ros.errors import AccelError

Image = np.ndarray

_log = logging.getLogger(__name__)


class DatasetError(AccelError):
    """A data set cannot be used as it lies on the disk."""


class Video(Protocol):
    """Consecutive frames of one camera; a single still is a video of one frame."""

    @property
    def name(self) -> str:
        """Return what to call it in messages and reports."""

    @property
    def labelled(self) -> Sequence[int]:
        """Return the numbers of the labelled frames, ascending."""

    def __len__(self) -> int: ...

    def image(self, index: int) -> Image:
        """Return frame `index`, RGB, u8 [H, W, 3]. Raises DatasetError."""

    def labels(self, index: int) -> Image:
        """Return the class ids of labelled frame `index`, u8 [H, W]. Raises DatasetError."""


@dataclass(frozen=True)
class Clip:
    """
    A labelled frame and the frames before it: one sample of a video training.

    :ivar name: where it comes from, for messages: the video's name and the frame's place in it
    :ivar images: u8 [T, H, W, 3], RGB, oldest first; the last one is labelled
    :ivar labels: u8 [H, W], class ids of the last frame
    """

    name: str
    images: Image
    labels: Image


class Dataset:
    """
    The labelled frames of some videos.

    :param classes: the class table of the labels
    :param videos: in a fixed order
    """

    def __init__(self, classes: ClassTable, videos: Sequence[Video]) -> None:
        self.classes = classes
        self.videos = tuple(videos)
        self._places = [(video, frame) for video in self.videos for frame in video.labelled]

    def __len__(self) -> int:
        return len(self._places)

    def clip(self, index: int, frames: int = 1) -> Clip:
        """
        Read labelled frame `index` and the `frames` - 1 frames before it.

        :raises DatasetError: its video begins later, or a file cannot be used
        """
        video, last = self._places[index]
        first = last - frames + 1
        if first < 0:
            raise DatasetError(
                f'{video.name}:{last} is labelled, but only {last} frames lead up to it without a '
                f'gap and {frames - 1} are needed: add the missing frames, or use shorter clips'
            )
        images = np.stack([video.image(frame) for frame in range(first, last + 1)])
        return Clip(f'{video.name}:{last}', images, video.labels(last))

    def with_history(self, frames: int) -> Dataset:
        """
        Return the data set with only those labelled frames that `frames` - 1 frames lead up to.

        How many are left out is logged.

        :raises DatasetError: there are none
        """
        kept = [(video, last) for video, last in self._places if last >= frames - 1]
        if kept == self._places:
            return self
        video, last = next(place for place in self._places if place[1] < frames - 1)
        found = (
            f'{frames - 1} frames have to lead up to a labelled frame without a gap; '
            f'{len(self) - len(kept)} of {len(self)} have fewer, first {video.name}:{last}'
        )
        if not kept:
            raise DatasetError(f'{found}: add the missing frames, or use shorter clips')
        _log.warning('%s; they are left out', found)
        part = Dataset(self.classes, self.videos)
        part._places = kept
        return part

    @cached_property
    def frequencies(self) -> np.ndarray:
        """Share of every class among the labelled pixels, [K]; reads all labels once."""
        counts = np.zeros(256, np.int64)
        for video, frame in self._places:
            counts += np.bincount(video.labels(frame).ravel(), minlength=256)
        counts = counts[: len(self.classes)]
        return counts / max(int(counts.sum()), 1)
