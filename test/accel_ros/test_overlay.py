# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
from support.bundles import CLASSES

from accel_ros.overlay import colorize, overlay


def test_every_label_gets_its_colour(bundle):
    labels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    colors = colorize(labels, bundle.classes)
    assert colors.shape == (16, 16, 3)
    for entry in bundle.classes.classes:
        assert tuple(colors[entry.id // 16, entry.id % 16]) == entry.color
    assert not colors.reshape(256, 3)[CLASSES:].any()


def test_the_overlay_is_half_image_half_colour(bundle):
    image = np.full((4, 5, 3), (0, 0, 200), np.uint8)  # bgr8: red 200
    labels = np.full((4, 5), 2, np.uint8)  # colour (40, 215, 14)
    result = overlay(image, 'bgr8', labels, bundle.classes)
    assert np.abs(result.astype(int) - (120, 107.5, 7)).max() <= 0.5
    assert result.dtype == np.uint8


def test_labels_of_the_networks_size_are_brought_to_the_image(bundle):
    image = np.zeros((8, 10, 3), np.uint8)
    labels = np.arange(20, dtype=np.uint8).reshape(4, 5) % CLASSES
    result = overlay(image, 'rgb8', labels, bundle.classes, opacity=1.0)
    assert np.array_equal(result, colorize(labels.repeat(2, 0).repeat(2, 1), bundle.classes))
