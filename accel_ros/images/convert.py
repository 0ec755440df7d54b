# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures to the network's input, and to colours that can be shown."""

from __future__ import annotations

import cv2
import numpy as np

from accel_ros.errors import ImageError
from accel_ros.images.encodings import encoding_named, size_of
from accel_ros.images.resize import resize_image


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
        image = resize_image(image, size)
    if code is not None:
        image = cv2.cvtColor(image, code)
    if not first:
        image = resize_image(image, size)
    return np.ascontiguousarray(image)


def to_rgb(image: np.ndarray, encoding: str) -> np.ndarray:
    """Return a picture as rgb8 at its own size, u8 [h, w, 3]. Raises ImageError."""
    return to_network_input(image, encoding, size_of(image, encoding), 'rgb')
