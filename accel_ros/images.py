# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Image encodings: ROS images to arrays, arrays to the network's input, labels back."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import cv2
import numpy as np

from accel_ros.errors import ImageError, one_line

MAX_SIDE = 16384  # pixels


class ImageMessage(Protocol):
    """The fields of sensor_msgs/Image that are read here, wherever the object comes from."""

    height: Any
    width: Any
    encoding: Any
    step: Any
    data: Any


class Encoding(NamedTuple):
    """How one encoding is stored, and OpenCV's code to each channel order (None: as it is)."""

    channels: int  # bytes a pixel
    rgb: int | None
    bgr: int | None

    def code(self, channels: str) -> int | None:
        """Return the colour conversion to 'rgb' or 'bgr'."""
        return self.rgb if channels == 'rgb' else self.bgr


# All of them are 8 bits a channel, so a message's is_bigendian makes no difference.
ENCODINGS: Mapping[str, Encoding] = {
    'rgb8': Encoding(3, None, cv2.COLOR_RGB2BGR),
    'bgr8': Encoding(3, cv2.COLOR_BGR2RGB, None),
    'rgba8': Encoding(4, cv2.COLOR_RGBA2RGB, cv2.COLOR_RGBA2BGR),
    'bgra8': Encoding(4, cv2.COLOR_BGRA2RGB, cv2.COLOR_BGRA2BGR),
    'mono8': Encoding(1, cv2.COLOR_GRAY2RGB, cv2.COLOR_GRAY2BGR),
}


def encoding_named(name: Any) -> Encoding:
    """Return what is known of an encoding. Raises ImageError."""
    encoding = ENCODINGS.get(name) if isinstance(name, str) else None
    if encoding is None:
        raise ImageError(
            f'the image encoding {name!r:.60} is not supported; '
            f'let the camera send one of {", ".join(ENCODINGS)}'
        )
    return encoding


def decode(message: ImageMessage) -> np.ndarray:
    """Return a message's pixels, u8 [h, w, channels] ([h, w] for one), without a copy.

    The array is a view of the message's data, padding at the end of the rows left out.
    Raises ImageError.
    """
    encoding = encoding_named(message.encoding)
    height, width = _side(message.height, 'height'), _side(message.width, 'width')
    step, row = _integer(message.step, 'step'), width * encoding.channels
    if step < row:
        raise ImageError(
            f'the image step is {step} bytes, and a row of {width} {message.encoding} pixels has '
            f'{row}; the driver fills the message wrongly'
        )
    data = _bytes(message.data)
    if len(data) < step * height:
        raise ImageError(
            f'the image is truncated: {len(data)} bytes of {step * height} '
            f'({height} rows of {step}); the driver or the recording lost the rest'
        )
    rows = data[: step * height].reshape(height, step)[:, :row]
    return rows if encoding.channels == 1 else rows.reshape(height, width, encoding.channels)


def decode_compressed(data: Any) -> np.ndarray:
    """Return the pixels of a JPEG, PNG, ... as bgr8: u8 [h, w, 3]. Raises ImageError."""
    packed = _bytes(data)
    if not packed.size:
        raise ImageError('the compressed image is empty: it has no data; check the camera')
    try:
        image = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    except cv2.error as cause:
        raise ImageError(f'the compressed image cannot be decoded: {one_line(cause)}') from cause
    if image is None:
        raise ImageError(
            'the compressed image cannot be decoded: it is damaged, or in no format that OpenCV '
            'knows; use JPEG or PNG'
        )
    return image


def to_network_input(
    image: np.ndarray, encoding: str, size: tuple[int, int], channels: str
) -> np.ndarray:
    """Return an image as the network takes it: u8 [H, W, 3], contiguous, 'rgb' or 'bgr'.

    An image that fits already is returned as it is. What costs time is done where there are
    fewer pixels: a larger image is made smaller before its colours are converted.
    Raises ImageError.
    """
    code = encoding_named(encoding).code(channels)
    if image.size == 0:
        raise ImageError('the image is empty: it has no pixels; check the camera')
    shrinks = size[0] * size[1] < image.shape[0] * image.shape[1]
    if shrinks:
        image = _resize(image, size, _interpolation(image, size))
    if code is not None:
        image = cv2.cvtColor(image, code)
    if not shrinks:
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
    """Return an image as rgb8 at its own size, u8 [h, w, 3]. Raises ImageError."""
    height, width = image.shape[:2]
    return to_network_input(image, encoding, (height, width), 'rgb')


def resize_labels(labels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return a u8 [H, W] map at another size (height, width); nearest, so no label is invented.

    The exact variant aligns pixel centres, as the resizing of the image did.
    """
    return _resize(labels, size, cv2.INTER_NEAREST_EXACT)


def _resize(image: np.ndarray, size: tuple[int, int], interpolation: int) -> np.ndarray:
    if image.shape[:2] == size:
        return image
    return cv2.resize(image, (size[1], size[0]), interpolation=interpolation)


def _bytes(data: Any) -> np.ndarray:
    """Return a view of a message's data as u8 [n]."""
    try:
        return np.frombuffer(data, np.uint8)
    except (TypeError, ValueError, BufferError) as cause:
        raise ImageError(f'the image data is not a run of bytes: {one_line(cause)}') from cause


def _side(value: Any, name: str) -> int:
    side = _integer(value, name)
    if side == 0:
        raise ImageError(f'the image is empty: its {name} is 0; check the camera')
    if side > MAX_SIDE:
        raise ImageError(f'the image {name} is {side} and at most {MAX_SIDE} pixels are possible')
    return side


def _integer(value: Any, name: str) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = -1
    if number < 0:
        raise ImageError(f'the image {name} is {value!r:.60} and has to be a whole number')
    return number
