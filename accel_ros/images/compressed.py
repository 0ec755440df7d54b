# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Compressed images: those of ROS messages (JPEG, PNG), and image files of any kind."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from accel_ros.errors import ImageError, one_line
from accel_ros.images.encodings import Picture, check_size
from accel_ros.images.packed_header import read_header
from accel_ros.images.raw import as_bytes

MAX_PIXELS = 1 << 26  # 8192 x 8192: a few bytes can promise more memory than a robot has
RED_FIRST = {'rgb8', 'rgba8', 'rgb16', 'rgba16'}


def decode_compressed(data: Any, form: str = '') -> Picture:
    """Return the image of a sensor_msgs/CompressedImage: its data and its format.

    JPEG and PNG of at most MAX_PIXELS pixels, complete. An orientation in the file's metadata is
    ignored: the pixels stay where the camera's calibration has them. Raises ImageError.
    """
    packed = _packed(data)
    header = read_header(packed)
    encoding = stored_encoding(form, header.grey)
    check_size(header.height, header.width, encoding)
    if header.height * header.width > MAX_PIXELS:
        raise ImageError(
            f'the compressed image promises {header.width}x{header.height} pixels, and at most '
            f'{MAX_PIXELS} are possible; check the camera'
        )
    colour = cv2.IMREAD_GRAYSCALE if header.grey else cv2.IMREAD_COLOR
    pixels = _decode(packed, colour | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels.shape[:2] != (header.height, header.width):
        raise ImageError(
            f'the compressed image is {pixels.shape[1]}x{pixels.shape[0]} and promised '
            f'{header.width}x{header.height} pixels; check the camera'
        )
    return Picture(pixels, encoding)


def decode_file(data: bytes) -> np.ndarray:
    """Return the pixels of an image file as bgr8, u8 [h, w, 3]: whatever OpenCV can read.

    Raises ImageError.
    """
    return _decode(_packed(data), cv2.IMREAD_COLOR)


def stored_encoding(form: str, grey: bool) -> str:
    """Return the encoding of a message's decompressed pixels, as image_transport would have it.

    `form` is the message's format, such as 'rgb8; jpeg compressed bgr8': the encoding of the
    original, and after 'compressed' the one it was converted to, if it was.
    """
    original, _, packing = form.partition(';')
    if grey:
        mosaic = original.strip().replace('16', '8')  # OpenCV keeps the high byte
        kept = 'compressed' in packing and not packing.partition('compressed')[2].strip()
        return mosaic if kept and mosaic.startswith('bayer_') else 'mono8'
    # Colours that were packed as they were, in the order of rgb, come out the wrong way round.
    turned = packing and 'compressed bgr' not in packing
    return 'rgb8' if turned and original.strip() in RED_FIRST else 'bgr8'


def _packed(data: Any) -> np.ndarray:
    packed = as_bytes(data)
    if not packed.size:
        raise ImageError('the compressed image is empty: it has no data; check the camera')
    return packed


def _decode(packed: np.ndarray, flags: int) -> np.ndarray:
    try:
        image = cv2.imdecode(packed, flags)
    except cv2.error as cause:
        raise ImageError(f'the compressed image cannot be decoded: {one_line(cause)}') from cause
    if image is None:
        raise ImageError(
            'the compressed image cannot be decoded: it is damaged, or in no format that OpenCV '
            'knows; use JPEG or PNG'
        )
    return image
