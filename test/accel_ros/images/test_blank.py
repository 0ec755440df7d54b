# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Images that show nothing, and dark ones that do."""

import cv2
import numpy as np
import pytest

from accel_ros.images import is_blank


def noise(deviation, shape=(360, 480, 3), mean=8.0):
    values = np.random.default_rng(5).normal(mean, deviation, shape)
    return np.clip(values, 0, 255).astype(np.uint8)


@pytest.mark.parametrize('value', [0, 128, 255])
@pytest.mark.parametrize('size', [(1, 1), (37, 51), (1024, 2048)])
def test_one_colour_is_blank(value, size):
    assert is_blank(np.full((*size, 3), value, np.uint8))


def test_the_noise_of_a_covered_lens_is_blank():
    assert is_blank(noise(1.5))


def test_a_coloured_surface_is_blank():
    assert is_blank(np.full((90, 120, 3), (200, 20, 60), np.uint8))


def test_a_dark_scene_is_not():
    scene = noise(1.0, (24, 32, 3))
    scene[12:] += 12
    assert not is_blank(cv2.resize(scene, (640, 480)))


def test_one_channel_is_enough():
    scene = np.zeros((60, 80, 3), np.uint8)
    scene[:, 40:, 2] = 30
    assert not is_blank(scene)


def test_a_picture_is_not(repository):
    assert not is_blank(cv2.imread(str(repository / 'docs' / 'images' / 'contact_sheet.jpg')))
