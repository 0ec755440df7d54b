# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Pairs of neighbouring frames, of files and of data sets."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from accel_model.datasets import frame_pairs
from accel_model.datasets.dataset import DatasetError
from accel_model.datasets.frame_pairs import FramePairs, VideoFile


class Numbered:
    """A video whose frames are of one grey, their number."""

    def __init__(self, first, frames):
        self.first, self.frames = first, frames

    def __len__(self):
        return self.frames

    def image(self, index):
        assert 0 <= index < self.frames
        return np.full((2, 2, 3), self.first + index, np.uint8)


def test_pairs_are_neighbours_in_one_video_in_either_order():
    pairs = FramePairs([Numbered(0, 4), Numbered(50, 1), Numbered(100, 3)])
    assert len(pairs) == 3 + 0 + 2
    seen = set()
    for index in range(5):
        for seed in range(30):
            current, previous = pairs.pair(index, np.random.default_rng(seed))
            seen.add((int(current[0, 0, 0]), int(previous[0, 0, 0])))
    steps = {(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (100, 101), (100, 102), (101, 102)}
    assert seen == steps | {(b, a) for a, b in steps}


@pytest.fixture
def panning(tmp_path):
    """A video of a wall that moves to the left."""
    rng = np.random.default_rng(0)
    wall = cv2.GaussianBlur(rng.uniform(0, 255, (120, 400, 3)), (0, 0), 2)
    wall = ((wall - wall.min()) / np.ptp(wall) * 255).astype(np.uint8)
    path = tmp_path / 'pan.avi'
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), 10, (240, 120))
    frames = [np.ascontiguousarray(wall[:, 3 * index : 3 * index + 240]) for index in range(8)]
    for frame in frames:
        writer.write(frame)
    writer.release()
    return path, frames


def test_a_file_gives_its_frames_in_order_and_rgb(panning):
    path, frames = panning
    video = VideoFile(path)
    assert len(video) == 8
    for index, frame in enumerate(frames):
        error = np.abs(video.image(index)[..., ::-1].astype(int) - frame)
        assert error.mean() < 8


def test_frames_are_scaled_to_the_height_asked_for(panning):
    assert VideoFile(panning[0], 60).image(0).shape == (60, 120, 3)


def test_a_file_that_is_no_video_is_named(tmp_path):
    (tmp_path / 'x.mp4').write_bytes(b'no video')
    with pytest.raises(DatasetError, match=r'x\.mp4 holds no video'):
        VideoFile(tmp_path / 'x.mp4', 100)


def test_a_video_that_is_too_long_for_the_memory_is_refused(panning, monkeypatch):
    monkeypatch.setattr(frame_pairs, 'MEMORY', 5 * 120 * 240 * 3)
    with pytest.raises(DatasetError, match='cut it, or scale it down'):
        VideoFile(panning[0])
    assert len(VideoFile(panning[0], 30)) == 8
