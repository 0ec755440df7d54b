# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Images at another size, at little cost and without leaving out thin things."""

from __future__ import annotations

import math

import cv2
import numpy as np

STEP = 1.5


def resize_image(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return an image u8 [h, w] or [h, w, channels] at another size (height, width).

    Linear interpolation reads two pixels a side, so beyond a factor of two it skips some: thin
    things such as poles then come and go from frame to frame, which hurts labels and flow.
    Interpolation by area skips none and takes up to twenty times as long. So a large image is
    halved, which by area is exact and quick, and what is left beyond a factor of two is done
    linearly in steps of at most STEP, in each of which every pixel has its weight.
    """
    while _halves(image, size):
        half = image.shape[1] // 2, image.shape[0] // 2
        image = cv2.resize(image, half, interpolation=cv2.INTER_AREA)
    factors = [side / wanted for side, wanted in zip(image.shape, size)]
    steps = 1 if max(factors) <= 2 else math.ceil(math.log(max(factors), STEP))
    for left in reversed(range(steps)):
        height, width = (
            round(wanted * factor ** (left / steps)) for wanted, factor in zip(size, factors)
        )
        if image.shape[:2] != (height, width):
            image = cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)
    return image


def resize_labels(labels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return a u8 [H, W] map at another size (height, width); nearest, so no label is invented.

    The exact variant aligns pixel centres, as the resizing of the image did.
    """
    if labels.shape == size:
        return labels
    return cv2.resize(labels, (size[1], size[0]), interpolation=cv2.INTER_NEAREST_EXACT)


def _halves(image: np.ndarray, size: tuple[int, int]) -> bool:
    return all(side >= 2 * wanted and side % 2 == 0 for side, wanted in zip(image.shape, size))
