# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The encodings of ROS images that are read here: how each is stored, and OpenCV's codes for it.

The names are those of sensor_msgs/image_encodings.hpp. YUV is that of BT.601 with a limited range
(16 to 235), as OpenCV and cv_bridge have it: a ROS message does not say which one it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import cv2
import numpy as np

from accel_ros.errors import ImageError

MAX_SIDE = 16384  # pixels


class Picture(NamedTuple):
    """An image as it is stored, maybe a view of a message's data: see `Encoding`."""

    pixels: np.ndarray  # u8 [rows, w, channels], or [rows, w] for one channel
    encoding: str


class Encoding(NamedTuple):
    """How one encoding is stored, and OpenCV's code to each channel order (None: as it is)."""

    channels: int  # bytes a pixel, in the rows of the pixels
    rgb: int | None
    bgr: int | None
    multiple: tuple[int, int] = (1, 1)  # of which height and width have to be multiples
    least: int = 1  # pixels a side, below which OpenCV gives no colours
    colour_rows: bool = False  # half as many rows of colours follow the rows of brightness

    def code(self, channels: str) -> int | None:
        """Return the colour conversion to 'rgb' or 'bgr'."""
        return self.rgb if channels == 'rgb' else self.bgr

    def rows(self, height: int) -> int:
        """Return how many rows are stored for an image of this height."""
        return height + height // 2 if self.colour_rows else height

    @property
    def resizable(self) -> bool:
        """Return whether every pixel has its own colour, so that it may be resized as it is."""
        return self.multiple == (1, 1) and self.least == 1


def _bayer(rgb: int, bgr: int) -> Encoding:
    return Encoding(1, rgb, bgr, least=3)


_UYVY = Encoding(2, cv2.COLOR_YUV2RGB_UYVY, cv2.COLOR_YUV2BGR_UYVY, (1, 2))
_YUYV = Encoding(2, cv2.COLOR_YUV2RGB_YUY2, cv2.COLOR_YUV2BGR_YUY2, (1, 2))

ENCODINGS: Mapping[str, Encoding] = {
    'rgb8': Encoding(3, None, cv2.COLOR_RGB2BGR),
    'bgr8': Encoding(3, cv2.COLOR_BGR2RGB, None),
    'rgba8': Encoding(4, cv2.COLOR_RGBA2RGB, cv2.COLOR_RGBA2BGR),
    'bgra8': Encoding(4, cv2.COLOR_BGRA2RGB, cv2.COLOR_BGRA2BGR),
    'mono8': Encoding(1, cv2.COLOR_GRAY2RGB, cv2.COLOR_GRAY2BGR),
    'mono16': Encoding(2, None, None),  # its high bytes are a mono8 image: see raw.decode
    'yuv422': _UYVY,
    'uyvy': _UYVY,
    'yuv422_yuy2': _YUYV,
    'yuyv': _YUYV,
    'nv12': Encoding(1, cv2.COLOR_YUV2RGB_NV12, cv2.COLOR_YUV2BGR_NV12, (2, 2), colour_rows=True),
    'nv21': Encoding(1, cv2.COLOR_YUV2RGB_NV21, cv2.COLOR_YUV2BGR_NV21, (2, 2), colour_rows=True),
    # ROS names the first two pixels of the first two rows, OpenCV the second two of each.
    'bayer_rggb8': _bayer(cv2.COLOR_BayerBG2RGB, cv2.COLOR_BayerBG2BGR),
    'bayer_bggr8': _bayer(cv2.COLOR_BayerRG2RGB, cv2.COLOR_BayerRG2BGR),
    'bayer_gbrg8': _bayer(cv2.COLOR_BayerGR2RGB, cv2.COLOR_BayerGR2BGR),
    'bayer_grbg8': _bayer(cv2.COLOR_BayerGB2RGB, cv2.COLOR_BayerGB2BGR),
}


class UnknownEncoding(ImageError):
    """An encoding that is not in `ENCODINGS`."""


def encoding_named(name: Any) -> Encoding:
    """Return what is known of an encoding. Raises UnknownEncoding."""
    encoding = ENCODINGS.get(name) if isinstance(name, str) else None
    if encoding is None:
        raise UnknownEncoding(
            f'the image encoding {name!r:.60} is not supported; '
            f'let the camera send one of {", ".join(ENCODINGS)}'
        )
    return encoding


def size_of(pixels: np.ndarray, encoding: str) -> tuple[int, int]:
    """Return height and width of a picture in pixels; its array may have more rows than that."""
    rows, width = pixels.shape[:2]
    return (rows * 2 // 3 if encoding_named(encoding).colour_rows else rows), width


def check_size(height: int, width: int, name: str) -> None:
    """Raise ImageError where an image of this encoding cannot have this size."""
    for side, what in ((height, 'height'), (width, 'width')):
        if side == 0:
            raise ImageError(f'the image is empty: its {what} is 0; check the camera')
        if side > MAX_SIDE:
            raise ImageError(
                f'the image {what} is {side} and at most {MAX_SIDE} pixels are possible'
            )
    encoding = encoding_named(name)
    rows, columns = encoding.multiple
    if height % rows or width % columns:
        sides = 'width and height have' if rows == 2 else 'width has'
        raise ImageError(
            f'a {name} image stores its colours for two pixels at a time, so its {sides} to be '
            f'even, and it is {width}x{height}; crop it in the camera, or send another encoding'
        )
    if min(height, width) < encoding.least:
        raise ImageError(
            f'a {name} image needs {encoding.least} pixels a side for its colours, and it is '
            f'{width}x{height}; check the camera'
        )
