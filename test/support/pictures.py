# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Small image files whose pixels tell which file they are from."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

SIZE = (6, 8)


def write_pixels(path: Path, pixels: np.ndarray) -> Path:
    """Write RGB [H, W, 3] or grey [H, W] to a new file, and its folders where they are missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.asarray(pixels)
    stored = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels
    assert cv2.imwrite(str(path), stored)
    return path


def write_frame(path: Path, value: int = 0) -> Path:
    """Write an image of one colour: red is `value`, green 100, blue 200."""
    return write_pixels(path, np.full((*SIZE, 3), (value, 100, 200), np.uint8))


def write_labels(path: Path, value: int = 0) -> Path:
    """Write labels of one class."""
    return write_pixels(path, np.full(SIZE, value, np.uint8))
