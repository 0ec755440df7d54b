# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Augmentation: the frames of a clip and its labels stay together."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from accel_model.datasets.augment import Augmentation, augment_clip, recolour

IGNORE = 255


def blocks(frames=1):
    """A clip of one frame `frames` times, whose colour tells its label."""
    labels = np.kron(np.arange(11 * 11).reshape(11, 11) % 11, np.ones((16, 16))).astype(np.uint8)
    image = np.repeat(labels[..., None] * 20, 3, -1)
    return np.repeat(image[None], frames, 0), labels


def cut(how, seed=0, frames=1):
    return augment_clip(*blocks(frames), how, IGNORE, np.random.default_rng(seed))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**31), st.booleans(), st.floats(0.4, 2.0))
def test_images_and_labels_are_cut_alike(seed, flip, scale):
    images, ids = cut(Augmentation((96, 112), (scale, scale), flip), seed)
    assert images.shape == (1, 96, 112, 3) and ids.shape == (96, 112)
    inside = ids != IGNORE
    # Away from the blocks' edges, where the image is interpolated, the colour tells the label.
    agree = images[0, ..., 0][inside] == ids[inside] * 20
    assert agree.size == 0 or agree.mean() > 0.6


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.booleans(), st.floats(0, 0.5), st.integers(2, 5))
def test_all_frames_get_the_same_window_and_colours(seed, flip, colour, frames):
    images, ids = cut(Augmentation((60, 50), (0.7, 1.5), flip, colour), seed, frames)
    assert images.shape == (frames, 60, 50, 3) and images.dtype == ids.dtype == np.uint8
    assert all(np.array_equal(image, images[0]) for image in images)


def test_the_order_of_the_frames_stays():
    images, labels = blocks(3)
    images = images // 4 + np.array([0, 60, 120], np.uint8)[:, None, None, None]
    done, _ = augment_clip(
        images, labels, Augmentation((64, 64), flip=True), IGNORE, np.random.default_rng(0)
    )
    assert (done[1] - done[0] == 60).all() and (done[2] - done[1] == 60).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 176), st.integers(1, 176))
def test_a_crop_alone_copies_pixels(seed, height, width):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (2, 176, 176, 3), np.uint8)
    labels = np.arange(176 * 176, dtype=np.uint32).reshape(176, 176) % 251
    done, ids = augment_clip(
        images, labels.astype(np.uint8), Augmentation((height, width)), IGNORE, rng
    )
    tops = [
        (top, left)
        for top in range(176 - height + 1)
        for left in range(176 - width + 1)
        if np.array_equal(images[:, top, left], done[:, 0, 0])
    ]
    assert any(
        np.array_equal(images[:, top : top + height, left : left + width], done)
        and np.array_equal(labels[top : top + height, left : left + width], ids)
        for top, left in tops
    )


def test_a_crop_is_equally_likely_anywhere():
    positions = np.arange(5, dtype=np.uint8)[None].repeat(2, 0)
    images = positions[None, ..., None].repeat(3, -1)
    rng = np.random.default_rng(0)
    how = Augmentation((2, 2))
    drawn = [augment_clip(images, positions, how, IGNORE, rng)[1][0, 0] for _ in range(400)]
    counts = np.bincount(drawn, minlength=4)
    assert len(counts) == 4 and counts.min() > 70


def test_without_arguments_nothing_changes():
    images, labels = blocks(2)
    done, ids = augment_clip(images, labels, Augmentation(), IGNORE, np.random.default_rng(0))
    np.testing.assert_array_equal(done, images)
    np.testing.assert_array_equal(ids, labels)


def test_without_a_crop_the_size_stays():
    images, ids = cut(Augmentation(scale=(0.5, 0.5), flip=True))
    assert images.shape == (1, 176, 176, 3) and ids.shape == (176, 176)
    assert 80 * 80 < (ids != IGNORE).sum() < 90 * 90


def test_pixels_outside_are_black_and_ignored():
    images, ids = cut(Augmentation((200, 200), (0.5, 0.5)))
    assert (ids == IGNORE).sum() >= 200 * 200 - 90 * 90
    assert (images[0][ids == IGNORE] == 0).mean() > 0.98  # but for the rim of the frame


def test_flip_mirrors_half_of_the_samples():
    images, labels = blocks()
    labels[:, :88], labels[:, 88:] = 1, 2
    how = Augmentation((176, 176), flip=True)
    lefts = [
        augment_clip(images, labels, how, IGNORE, np.random.default_rng(seed))[1][88, 10]
        for seed in range(60)
    ]
    assert 15 < lefts.count(2) < 45


def test_a_mirrored_frame_is_the_mirror_image():
    images, labels = blocks(2)
    how = Augmentation((176, 176), flip=True)
    for seed in range(4):
        done, ids = augment_clip(images, labels, how, IGNORE, np.random.default_rng(seed))
        step = 1 if np.array_equal(ids, labels) else -1
        np.testing.assert_array_equal(ids, labels[:, ::step])
        np.testing.assert_array_equal(done, images[:, :, ::step])


def test_recolour_changes_colours_but_not_their_order():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, -1)
    changed = recolour(ramp, 0.3, np.random.default_rng(1))
    assert not np.array_equal(changed, ramp)
    assert (np.diff(changed[0].astype(int), axis=0) >= 0).all()
    assert recolour(ramp, 0.0, np.random.default_rng(1)) is ramp
