# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Labels made visible: colours, alone or over the image."""

from __future__ import annotations

import cv2
import numpy as np

from accel_ros.classes import ClassTable
from accel_ros.images import resize_labels, to_rgb

OPACITY = 0.5


def colorize(labels: np.ndarray, classes: ClassTable) -> np.ndarray:
    """Return the colours of labels u8 [h, w] as rgb8, u8 [h, w, 3]."""
    # A colour map is a look-up table; OpenCV's order of channels is whatever the table has.
    return cv2.applyColorMap(labels, classes.palette.reshape(256, 1, 3))


def overlay(
    image: np.ndarray,
    encoding: str,
    labels: np.ndarray,
    classes: ClassTable,
    opacity: float = OPACITY,
) -> np.ndarray:
    """Return the image with the labels' colours over it, as rgb8, u8 [h, w, 3].

    `labels` of another size are brought to the image's; `opacity` is the weight of the colours,
    0 to 1. Raises ImageError.
    """
    picture = to_rgb(image, encoding)
    height, width = picture.shape[:2]
    colors = colorize(resize_labels(labels, (height, width)), classes)
    return cv2.addWeighted(picture, 1 - opacity, colors, opacity, 0, dst=colors)
