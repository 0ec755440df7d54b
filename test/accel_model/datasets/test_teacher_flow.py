# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Taught video: the teacher's flow points from the current frame back to the previous one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from accel_model.datasets.dataset import DatasetError
from accel_model.datasets.teacher_flow import TaughtVideo


@pytest.fixture
def panning(tmp_path):
    """A video of a wall that moves 3 pixels to the left every frame."""
    rng = np.random.default_rng(0)
    wall = cv2.GaussianBlur(rng.uniform(0, 255, (120, 400, 3)), (0, 0), 2)
    wall = ((wall - wall.min()) / np.ptp(wall) * 255).astype(np.uint8)
    path = tmp_path / 'pan.avi'
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), 10, (240, 120))
    for index in range(8):
        writer.write(np.ascontiguousarray(wall[:, 3 * index : 3 * index + 240]))
    writer.release()
    return path


def test_flow_is_the_wall_s_motion(panning):
    video = TaughtVideo(panning, 120)
    seen = set()
    for seed in range(12):
        pair = video.pair(np.random.default_rng(seed))
        motion = np.median(pair.flow[pair.valid], axis=0)
        assert abs(motion[1]) < 0.3
        seen.add(round(float(motion[0])))
        assert pair.valid.mean() > 0.7
    assert seen == {-6, -3, 3, 6}  # one or two frames apart, forward or backward


def test_a_file_that_is_no_video_is_named(tmp_path):
    (tmp_path / 'x.mp4').write_bytes(b'no video')
    with pytest.raises(DatasetError, match=r'x\.mp4'):
        TaughtVideo(tmp_path / 'x.mp4', 100)
