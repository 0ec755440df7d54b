# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import cv2
import numpy as np
import pytest
from support.shared import REPOSITORY

from accel_ros.images import thumbnail
from accel_ros.images.thumbnail import GRID
from accel_ros.keyframes import View
from accel_ros.keyframes.breaks import change
from accel_ros.keyframes.policies import CUT

FILM = REPOSITORY / 'test' / 'data' / 'drive' / 'solidWhiteRight.mp4'


def apart(one: np.ndarray, other: np.ndarray) -> float:
    views = [View(1, 1, 'bgr8', 0, thumbnail=thumbnail(image)) for image in (one, other)]
    return change(*views)


@pytest.mark.parametrize('size', [(1, 1), (7, 500), (64, 96), (540, 960), (1080, 1921)])
def test_it_is_one_byte_for_each_cell_whatever_the_size(size):
    image = np.full((*size, 3), (30, 60, 90), np.uint8)
    assert thumbnail(image) == bytes([60] * GRID[0] * GRID[1])


def test_it_shows_where_the_light_is():
    image = np.zeros((480, 640, 3), np.uint8)
    image[:, 320:] = 200
    cells = np.frombuffer(thumbnail(image), np.uint8).reshape(GRID)
    assert np.all(cells[:, :8] == 0) and np.all(cells[:, 8:] > 150)


def test_a_drive_is_no_cut_and_noise_no_change():
    capture = cv2.VideoCapture(str(FILM))
    images = [capture.read()[1] for _ in range(60)]
    capture.release()
    drive = [apart(a, b) for a, b in zip(images, images[1:])]
    assert min(drive) > 0.3 and max(drive) < CUT / 3
    rng = np.random.default_rng(0)
    noisy = [np.clip(images[0] + rng.normal(0, 2, images[0].shape), 0, 255) for _ in 'ab']
    assert apart(*(image.astype(np.uint8) for image in noisy)) < 0.3 < min(drive)
    assert apart(images[0], images[0][::-1]) > CUT
