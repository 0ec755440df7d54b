# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Which frames are processed for a label, and which of them is the keyframe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from accel_model.datasets.dataset import Video

PROTOCOLS = ('avg', 'min')


@dataclass(frozen=True)
class Label:
    """
    A labelled frame.

    :ivar number: its number among all labelled frames of the data set
    :ivar index: its number among the frames of its video
    """

    number: int
    video: Video
    index: int


@dataclass(frozen=True)
class Step:
    """
    One frame to process.

    :ivar index: its number among the frames of its video
    :ivar distance: frames since the keyframe; 0: it is one
    :ivar counts: its labels are compared with the true ones
    """

    video: Video
    index: int
    distance: int
    counts: bool


def labelled_frames(videos: Iterable[Video]) -> list[Label]:
    """Return all labelled frames in order, numbered from 0 over all videos."""
    places = [(video, index) for video in videos for index in video.labelled]
    return [Label(number, video, index) for number, (video, index) in enumerate(places)]


def steps(labels: Iterable[Label], interval: int, protocol: str) -> Iterator[Step]:
    """
    Yield the frames to process: for every label those from its keyframe to itself.

    'min': the keyframe is `interval` - 1 frames before the label: the hardest case.
    'avg': it is `number` mod `interval` frames before, so that all distances occur equally often.
    A label that is nearer to the start of its video does not count.

    Labels of one keyframe share its frames: a video with labels everywhere is run through once.
    """
    video: Video | None = None
    key = last = -1
    for label in labels:
        wanted = _keyframe(label, interval, protocol)
        if wanted < 0:
            continue
        if label.video is not video or wanted != key:
            video, key, last = label.video, wanted, wanted - 1
        for index in range(last + 1, label.index + 1):
            yield Step(label.video, index, index - key, index == label.index)
        last = label.index


def single_frames(labels: Iterable[Label]) -> Iterator[Step]:
    """
    Yield the frames to process frame by frame: every labelled one and the one before it.

    The one before is there for the consistency from frame to frame.
    """
    video: Video | None = None
    last = -1
    for label in labels:
        for index in (label.index - 1, label.index):
            if index >= 0 and (label.video is not video or index > last):
                yield Step(label.video, index, 0, index == label.index)
        video, last = label.video, label.index


def _keyframe(label: Label, interval: int, protocol: str) -> int:
    """Return the number of the keyframe in the label's video; negative: there is none."""
    if protocol == 'min':
        return label.index - (interval - 1)
    return label.index - label.number % interval
