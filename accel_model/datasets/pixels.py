# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Reading image files, and saying what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from accel_model.datasets.dataset import DatasetError, Image
from accel_ros.errors import one_line

Pixels = np.ndarray

_PNG = b'\x89PNG\r\n\x1a\n'


def read_image(path: Path) -> Image:
    """Read a PNG or JPEG, RGB, u8 [H, W, 3]. Raises DatasetError."""
    return cv2.cvtColor(_decoded(path, _content(path), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def read_label_image(path: Path) -> Pixels:
    """Read a PNG as it was stored: grey, u8 [H, W], or RGB, u8 [H, W, 3]. Raises DatasetError."""
    content = _content(path)
    depth = content[24] if content.startswith(_PNG) and len(content) > 24 else 8
    if depth not in (8, 16):  # OpenCV would stretch the values to 0..255
        raise DatasetError(f'{path} has {depth} bits a pixel: save labels as 8-bit PNG')
    pixels = _decoded(path, content, cv2.IMREAD_UNCHANGED)
    if pixels.dtype != np.uint8:
        raise DatasetError(f'{path} has 16 bits a pixel: save labels as 8-bit PNG')
    if pixels.ndim == 2:
        return pixels
    return np.ascontiguousarray(pixels[..., 2::-1])


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as cause:
        raise DatasetError(f'{path} cannot be read: {one_line(cause)}; copy it again') from cause


def _decoded(path: Path, content: bytes, flags: int) -> Pixels:
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), flags) if content else None
    if pixels is None:
        raise DatasetError(f'{path} is cut off, or no PNG or JPEG: copy or export it again')
    return pixels
