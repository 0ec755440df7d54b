# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The matches of consecutive frames for `accel_ros.consistency`, made once for every row."""

from __future__ import annotations

from accel_model.datasets.dataset import Image, Video
from accel_model.evaluate.protocol import Step
from accel_ros.consistency import Match, match_frames

MEMORY = 256 << 20  # bytes that matches are kept in


class Matcher:
    """
    Matches the frames of an evaluation in the order they are processed.

    Every row of the table goes over the same frames, so the matches of the first ones are kept,
    as many as fit into MEMORY.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int], Match] = {}
        self._bytes = 0
        self._last: tuple[Video, int, Image] | None = None

    def follow(self, step: Step, image: Image) -> Match | None:
        """Match the frame with the one of the last call; None where that's not the one before."""
        last, self._last = self._last, (step.video, step.index, image)
        if last is None or last[0] is not step.video or last[1] != step.index - 1:
            return None
        place = id(step.video), step.index
        match = self._kept.get(place)
        if match is None:
            match = match_frames(image, last[2])
            if self._bytes + match.nbytes <= MEMORY:
                self._kept[place] = match
                self._bytes += match.nbytes
        return match
