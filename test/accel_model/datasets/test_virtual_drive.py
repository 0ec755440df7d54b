# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Virtual drives: the flow must be the flow of the pictures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.street import HEIGHT, WIDTH, street

from accel_model.datasets import camvid
from accel_model.datasets.relief import horizon, inverse_depth
from accel_model.datasets.virtual_drive import Motion, drive, random_motion
from accel_ros.resample import pixel_grid, resample

STILL = Motion(0.0, 0.0, (0.0, 0.0, 0.0))
FORWARD = Motion(0.15, 0.005, (0.01, 0.002, 0.001))


def warped(previous, flow):
    return resample(previous, pixel_grid(HEIGHT, WIDTH) + flow)


def test_relief_has_a_far_sky_and_a_road_that_comes_nearer():
    labels = street().labels
    near = inverse_depth(labels, horizon(labels))
    assert (near[labels == camvid.SKY] == 0).all()
    road = near[60:, 60]
    assert (np.diff(road) > 0).all() and road[-1] == pytest.approx(1, abs=0.05)
    car = near[labels == camvid.CAR]
    assert np.ptp(car) < 1e-6  # it stands upright
    assert car[0] == pytest.approx(near[66, 90])  # where it meets the road


def parked(seed=0):
    """A street without anything that moves by itself."""
    frame = street(seed)
    frame.labels[frame.labels == camvid.CAR] = camvid.ROAD
    return frame


@pytest.mark.parametrize('step', [0, 1, 2])
def test_the_flow_explains_every_pair_of_frames(step):
    frame = parked()
    clip = drive(frame.image, frame.labels, 4, FORWARD, np.random.default_rng(0))
    current, previous = clip.images[step + 1].astype(float), clip.images[step]
    valid = clip.valid[step]
    error = np.abs(warped(previous, clip.flows[step]) - current).mean(-1)[valid].mean()
    unwarped = np.abs(previous - current).mean(-1)[valid].mean()
    assert valid.mean() > 0.5
    assert error < 0.35 * unwarped


def test_the_still_is_the_last_frame():
    frame = street()
    clip = drive(frame.image, frame.labels, 3, FORWARD, np.random.default_rng(0))
    np.testing.assert_array_equal(clip.images[-1], frame.image)


def test_without_motion_nothing_moves():
    frame = parked()
    clip = drive(frame.image, frame.labels, 3, STILL, np.random.default_rng(0))
    assert np.abs(clip.flows).max() < 1e-4
    assert np.abs(clip.images.astype(int) - frame.image).max() <= 1


def test_cars_move_by_themselves_over_the_road():
    frame = street()
    flows = [
        drive(frame.image, frame.labels, 2, STILL, np.random.default_rng(seed)).flows[0]
        for seed in range(8)
    ]
    car = frame.labels == camvid.CAR
    assert any(np.abs(flow[car]).max() > 1 for flow in flows)
    assert all(np.abs(flow[~car]).max() < 1e-4 for flow in flows)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 6))
def test_any_drive_is_finite_and_well_formed(seed, frames):
    rng = np.random.default_rng(seed)
    frame = street(seed % 5)
    clip = drive(frame.image, frame.labels, frames, random_motion(rng), rng)
    assert clip.images.shape == (frames, HEIGHT, WIDTH, 3) and clip.images.dtype == np.uint8
    assert clip.flows.shape == (frames - 1, HEIGHT, WIDTH, 2)
    assert np.isfinite(clip.flows[clip.valid]).all()


def test_labels_without_road_or_backdrop_do_not_break_it():
    labels = np.full((HEIGHT, WIDTH), camvid.CAR, np.uint8)
    clip = drive(street().image, labels, 3, FORWARD, np.random.default_rng(0))
    assert np.isfinite(clip.flows).all()
