# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Augmentation: an image and its labels stay together."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from accel_model.datasets.augment import Augmentation, augment, recolour


def blocks():
    labels = np.kron(np.arange(11 * 11).reshape(11, 11) % 11, np.ones((16, 16))).astype(np.uint8)
    return np.repeat(labels[..., None] * 20, 3, -1), labels


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**31), st.booleans(), st.floats(0.4, 2.0))
def test_image_and_labels_are_cut_alike(seed, flip, scale):
    image, labels = blocks()
    how = Augmentation((96, 112), (scale, scale), flip)
    cut, ids = augment(image, labels, how, 255, np.random.default_rng(seed))
    assert cut.shape == (96, 112, 3) and ids.shape == (96, 112)
    inside = ids != 255
    # Away from the blocks' edges, where the image is interpolated, the colour tells the label.
    agree = cut[..., 0][inside] == ids[inside] * 20
    assert agree.size == 0 or agree.mean() > 0.6


def test_scale_one_without_flip_copies_pixels():
    image, labels = blocks()
    cut, ids = augment(image, labels, Augmentation((176, 176)), 255, np.random.default_rng(0))
    np.testing.assert_array_equal(cut, image)
    np.testing.assert_array_equal(ids, labels)


def test_pixels_outside_are_ignored():
    image, labels = blocks()
    how = Augmentation((200, 200), (0.5, 0.5))
    _, ids = augment(image, labels, how, 255, np.random.default_rng(0))
    assert (ids == 255).sum() >= 200 * 200 - 90 * 90


def test_flip_mirrors_half_of_the_samples():
    image, labels = blocks()
    labels[:, :88], labels[:, 88:] = 1, 2
    how = Augmentation((176, 176), flip=True)
    lefts = [
        augment(image, labels, how, 255, np.random.default_rng(seed))[1][88, 10]
        for seed in range(60)
    ]
    assert 15 < lefts.count(2) < 45


def test_recolour_changes_colours_but_not_their_order():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, -1)
    changed = recolour(ramp, 0.3, np.random.default_rng(1))
    assert not np.array_equal(changed, ramp)
    assert (np.diff(changed[0].astype(int), axis=0) >= 0).all()
    assert recolour(ramp, 0.0, np.random.default_rng(1)) is ramp
