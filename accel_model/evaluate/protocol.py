# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Which frames are keyframes, and which labels count (the original's demo, sections 4 and 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

PROTOCOLS = ('avg', 'min')


@dataclass(frozen=True)
class Step:
    """One frame to process.

    :ivar index: the frame's number in the video.
    :ivar key: it is a keyframe.
    :ivar counts: its labels are compared.
    """

    index: int
    key: bool
    counts: bool


def steps(frames: int, interval: int, protocol: str) -> Iterator[Step]:
    """The frames of a fully labelled video in the order they are processed.

    'avg': the video runs through once with a keyframe every `interval` frames, every label
    counts: the distances to the keyframe occur equally often, as with the original's --avg.
    'min': every label is compared `interval` - 1 frames after a keyframe, the hardest case and
    the original's default; labels too near to the start for that do not count.
    """
    if protocol == 'avg':
        for index in range(frames):
            yield Step(index, index % interval == 0, True)
        return
    for last in range(interval - 1, frames):
        for index in range(last - interval + 1, last + 1):
            yield Step(index, index == last - interval + 1, index == last)
