# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Temporal consistency on a scene whose motion is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from support.videos import PAN, SIZE, PanningVideo

from accel_ros.consistency import NOWHERE, Consistency, match_frames

VIDEO = PanningVideo(5)


def test_pixels_are_found_where_they_were():
    match = match_frames(VIDEO.image(1), VIDEO.image(0))
    height, width = SIZE
    assert match.shape == SIZE
    moved = np.arange(height * width).reshape(SIZE) + PAN
    found = match != NOWHERE
    assert found.mean() > 0.8
    assert (match == moved)[found].mean() > 0.98
    assert not found[:, -PAN:].any()  # came into view with this frame


def test_labels_that_move_with_the_scene_are_consistent():
    match = match_frames(VIDEO.image(1), VIDEO.image(0))
    moving, frozen = Consistency(), Consistency()
    moving.add(match, VIDEO.labels(0), VIDEO.labels(1))
    frozen.add(match, VIDEO.labels(0), VIDEO.labels(0))
    assert moving.share > 0.99
    assert frozen.share < 0.95


def test_only_pixels_that_were_found_are_compared():
    match = np.array([[1, NOWHERE], [0, 3]], np.int32)
    before, labels = np.array([[5, 6], [7, 8]], np.uint8), np.array([[6, 0], [9, 8]], np.uint8)
    counted = Consistency()
    counted.add(match, before, labels)
    assert (counted.equal, counted.seen) == (2, 3)
    counted.add(match, before, labels)
    assert (counted.equal, counted.seen) == (4, 6)
    assert counted.share == pytest.approx(2 / 3)


def test_images_too_small_for_flow_leave_nothing_to_compare():
    image = np.zeros((8, 40, 3), np.uint8)
    counted = Consistency()
    counted.add(match_frames(image, image), image[..., 0], image[..., 0])
    assert math.isnan(counted.share)
