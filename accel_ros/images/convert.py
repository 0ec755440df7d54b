# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures to the network's input, labels back to the picture's size."""

from __future__ import annotations

import cv2
import numpy as np

from accel_ros.errors import ImageError
from accel_ros.images.encodings import encoding_named, size_of


def to_network_input(
    image: np.ndarray, encoding: str, size: tuple[int, int], channels: str
) -> np.ndarray:
    """Return a picture as the network takes it: u8 [H, W, 3], contiguous, 'rgb' or 'bgr'.

    An image that fits already is returned as it is. What costs time is done where there are
    fewer pixels: where it may be, a larger image is made smaller before its colours are converted.
    Raises ImageError.
    """
    stored = encoding_named(encoding)
    code = stored.code(channels)
    if image.size == 0:
        raise ImageError('the image is empty: it has no pixels; check the camera')
    height, width = size_of(image, encoding)
    first = stored.resizable and size[0] * size[1] < height * width
    if first:
        image = _resize(image, size, _interpolation(image, size))
    if code is not None:
        image = cv2.cvtColor(image, code)
    if not first:
        image = _resize(image, size, _interpolation(image, size))
    return np.ascontiguousarray(image)


def _interpolation(image: np.ndarray, size: tuple[int, int]) -> int:
    """Return the cheapest interpolation that leaves out no pixel of the image.

    Linear reads two pixels a side, so beyond a factor of two it skips some: thin things such as
    poles then come and go from frame to frame, which hurts labels and flow. By area costs about
    five times as much (5 ms for 960x540 to 480x360), so it is taken only there.
    """
    factor = max(image.shape[0] / size[0], image.shape[1] / size[1])
    return cv2.INTER_AREA if factor > 2 else cv2.INTER_LINEAR


def to_rgb(image: np.ndarray, encoding: str) -> np.ndarray:
    """Return a picture as rgb8 at its own size, u8 [h, w, 3]. Raises ImageError."""
    return to_network_input(image, encoding, size_of(image, encoding), 'rgb')


def resize_labels(labels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return a u8 [H, W] map at another size (height, width); nearest, so no label is invented.

    The exact variant aligns pixel centres, as the resizing of the image did.
    """
    return _resize(labels, size, cv2.INTER_NEAREST_EXACT)


def _resize(image: np.ndarray, size: tuple[int, int], interpolation: int) -> np.ndarray:
    if image.shape[:2] == size:
        return image
    return cv2.resize(image, (size[1], size[0]), interpolation=interpolation)
