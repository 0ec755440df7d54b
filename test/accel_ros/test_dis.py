# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""DIS: a known shift, and where it is not to be trusted."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from accel_ros.dis import MIN_SIDE, dis_flow

PRESETS = [cv2.DISOPTICAL_FLOW_PRESET_FAST, cv2.DISOPTICAL_FLOW_PRESET_MEDIUM]


def wall(height: int, width: int, seed: int = 0) -> np.ndarray:
    """A textured wall, u8 [height, width, 3]."""
    noise = np.random.default_rng(seed).uniform(0, 255, (height, width, 3))
    noise = cv2.GaussianBlur(noise, (0, 0), 2)
    return ((noise - noise.min()) / np.ptp(noise) * 255).astype(np.uint8)


@pytest.mark.parametrize('preset', PRESETS)
def test_a_shift_is_found_from_current_to_previous(preset):
    whole = wall(120, 200)
    current, previous = whole[:, 4:164], whole[:, :160]
    flow, valid = dis_flow(current, previous, preset)
    assert flow.shape == (120, 160, 2)
    assert valid.shape == (120, 160) and valid.mean() > 0.8
    assert np.median(flow[valid], axis=0) == pytest.approx([4, 0], abs=0.3)


def test_another_scene_is_not_trusted():
    _, same = dis_flow(wall(96, 128), wall(96, 128))
    _, other = dis_flow(wall(96, 128), wall(96, 128, seed=1))
    assert same.all()
    assert other.mean() < 0.5


def test_the_smallest_image():
    image = wall(MIN_SIDE, MIN_SIDE)
    flow, _ = dis_flow(image, image)
    assert np.abs(flow).max() < 0.1
