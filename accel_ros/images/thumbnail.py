# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A very small picture of an image, to tell whether the next one shows another scene."""

from __future__ import annotations

import cv2
import numpy as np

GRID = (12, 16)  # rows, columns
SAMPLES = 96  # so many rows and columns are looked at, which costs nearly nothing


def thumbnail(image: np.ndarray) -> bytes:
    """Return the brightness of an image u8 [h, w, channels] on the grid, row by row."""
    rows, columns = (max(side // SAMPLES, 1) for side in image.shape[:2])
    sample = np.ascontiguousarray(image[::rows, ::columns])
    small = cv2.resize(sample, GRID[::-1], interpolation=cv2.INTER_AREA)
    return small.mean(axis=2).astype(np.uint8).tobytes()
