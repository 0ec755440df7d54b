# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accel_ros.images.resize import resize_image, resize_labels


@pytest.mark.parametrize('width', [41, 58, 64, 79, 80, 81, 99, 120, 160, 161, 200, 331])
def test_a_thin_line_survives_shrinking_wherever_it_is(width):
    height = width // 2
    weights = []
    for x in range(width):
        image = np.zeros((height, width, 3), np.uint8)
        image[:, x] = 255
        weights.append(resize_image(image, (10, 40)).sum() / (10 * 3 * 255) * width / 40)
    assert np.mean(weights) == pytest.approx(1, abs=0.05)
    # Up to a factor of two it is one linear step, in which a pixel may lose nearly all it has.
    assert min(weights) > (0.25 if width > 80 else 0)


@pytest.mark.parametrize(
    ('before', 'after'),
    [
        ((240, 384), (72, 96)),
        ((204, 410), (72, 96)),
        ((216, 384), (102, 204)),
        ((241, 385), (72, 96)),
        ((432, 768), (102, 204)),
        ((144, 256), (72, 96)),
        ((72, 96), (144, 200)),
    ],
)
@pytest.mark.parametrize('channels', [1, 3, 4])
def test_it_comes_close_to_what_interpolation_by_area_makes(before, after, channels):
    noise = np.random.default_rng(1).integers(0, 256, (*before, channels), dtype=np.uint8)
    image = cv2.GaussianBlur(noise, (0, 0), 3).reshape((*before, channels)[: 2 + (channels > 1)])
    area = cv2.resize(image, after[::-1], interpolation=cv2.INTER_AREA).astype(int)
    difference = np.abs(resize_image(image, after) - area)
    assert difference.max() <= 8 and difference.mean() < 1


sides = st.integers(1, 400)


@settings(max_examples=100, deadline=None)
@given(st.tuples(sides, sides), st.tuples(sides, sides), st.integers(0, 255))
def test_any_size_becomes_any_other(before, after, value):
    resized = resize_image(np.full((*before, 3), value, np.uint8), after)
    assert resized.shape == (*after, 3) and np.all(resized == value)


def test_what_has_the_size_is_not_copied():
    image = np.zeros((4, 6, 3), np.uint8)
    assert resize_image(image, (4, 6)) is image
    assert resize_labels(image[..., 0], (4, 6)).base is image


@pytest.mark.parametrize('size', [(36, 48), (72, 96), (108, 144), (12, 16), (37, 100)])
def test_labels_are_resized_without_inventing_any(size):
    labels = np.random.default_rng(0).integers(0, 2, (36, 48), dtype=np.uint8) * 200
    resized = resize_labels(labels, size)
    assert resized.shape == size and set(np.unique(resized)) == {0, 200}
    # Pixel centres: the value of the pixel in which the centre of the new one lies.
    rows, columns = (
        np.arange(n) * 2 + 1 for n in size
    )  # centres, in half pixels of the new image
    rows, columns = rows * 36 / (2 * size[0]), columns * 48 / (2 * size[1])
    exact = (rows % 1 > 1e-3) & (rows % 1 < 1 - 1e-3)
    exact_columns = (columns % 1 > 1e-3) & (columns % 1 < 1 - 1e-3)
    expected = labels[rows.astype(int)][:, columns.astype(int)]
    assert np.array_equal(resized[exact][:, exact_columns], expected[exact][:, exact_columns])
    assert exact.sum() > 5
