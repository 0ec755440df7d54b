# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Pairs of real video frames with the flow of a teacher, OpenCV's DIS."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from accel_model.datasets.dataset import DatasetError
from accel_model.datasets.dis import dis_flow

Image = np.ndarray
Map = np.ndarray


@dataclass(frozen=True)
class FlowPair:
    """Two frames and the flow between them.

    :ivar current: u8 [H, W, 3], RGB.
    :ivar previous: u8 [H, W, 3].
    :ivar flow: f32 [H, W, 2], pixels from current back to previous.
    :ivar valid: bool [H, W], where the flow can be trusted.
    """

    current: Image
    previous: Image
    flow: Map
    valid: np.ndarray


class TaughtVideo:
    """The frames of a video file, held in memory, taught by DIS on demand.

    :param path: a video that OpenCV reads.
    :param height: frames are scaled to this height.
    :raises DatasetError: the file cannot be read.
    """

    def __init__(self, path: Path, height: int) -> None:
        self.frames = _read(path, height)

    def pair(self, rng: np.random.Generator, farthest: int = 2) -> FlowPair:
        """Two frames at most `farthest` apart, in either order of time."""
        gap = int(rng.integers(1, farthest + 1))
        first = int(rng.integers(len(self.frames) - gap))
        pair = [self.frames[first], self.frames[first + gap]]
        if rng.random() < 0.5:
            pair.reverse()
        previous, current = pair
        flow, valid = dis_flow(current, previous)
        return FlowPair(current, previous, flow, valid)


def _read(path: Path, height: int) -> list[Image]:
    video = cv2.VideoCapture(str(path))
    frames = []
    while True:
        good, frame = video.read()
        if not good:
            break
        size = (round(frame.shape[1] * height / frame.shape[0]), height)
        frame = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
        frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
    if len(frames) < 3:
        raise DatasetError(f'{path} holds no video that OpenCV can read: check the file')
    return frames
