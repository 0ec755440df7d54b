# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Labels made visible: colours, alone or over the image."""

from __future__ import annotations

import cv2
import numpy as np

from accel_ros.classes import ClassTable
from accel_ros.images import to_rgb

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

    `labels` are at the image's size; `opacity` is the weight of the colours, 0 to 1.
    Raises ImageError.
    """
    colors = colorize(labels, classes)
    return cv2.addWeighted(to_rgb(image, encoding), 1 - opacity, colors, opacity, 0)
