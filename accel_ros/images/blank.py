# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Whether an image shows anything at all."""

from __future__ import annotations

import cv2
import numpy as np

# What is left behind a covered lens is noise: a standard deviation below this, of 255.
DEVIATION = 3.0
SAMPLES = 48  # so many rows and columns are looked at, which costs nearly nothing


def is_blank(image: np.ndarray) -> bool:
    """Return whether an image u8 [h, w, channels] is all one colour, as behind a covered lens."""
    rows, columns = (max(side // SAMPLES, 1) for side in image.shape[:2])
    sample = np.ascontiguousarray(image[::rows, ::columns])
    _, deviations = cv2.meanStdDev(sample)
    return bool(deviations.max() < DEVIATION)
