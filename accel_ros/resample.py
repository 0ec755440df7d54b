# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Reading an image at positions between its pixels."""

from __future__ import annotations

import cv2
import numpy as np


def pixel_grid(height: int, width: int) -> np.ndarray:
    """Position x, y of every pixel, f32 [height, width, 2]."""
    return np.stack(np.meshgrid(np.arange(width), np.arange(height)), -1).astype(np.float32)


def resample(values: np.ndarray, positions: np.ndarray, border: int = 0) -> np.ndarray:
    """Bilinear values [H, W, ...] at positions f32 [h, w, 2]; `border` is an OpenCV border."""
    interpolation = cv2.INTER_LINEAR
    return cv2.remap(values, positions, None, interpolation, None, border)  # type: ignore[call-overload]
