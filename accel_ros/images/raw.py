# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Uncompressed ROS images as arrays, without a copy."""

from __future__ import annotations

import operator
from typing import Any, Protocol

import numpy as np

from accel_ros.errors import ImageError, one_line
from accel_ros.images.encodings import Picture, check_size, encoding_named


class ImageMessage(Protocol):
    """The fields of sensor_msgs/Image that are read here, wherever the object comes from."""

    height: Any
    width: Any
    encoding: Any
    is_bigendian: Any
    step: Any
    data: Any


def decode(message: ImageMessage) -> Picture:
    """Return a message's image without a copy: a view of its data. Raises ImageError.

    Padding at the end of the rows is left out. Of mono16, the view is that of the high bytes, so
    it is a mono8 picture. Rows of colour (nv12, nv21) have the step of the others and follow them.
    """
    encoding = encoding_named(message.encoding)
    height, width = _integer(message.height, 'height'), _integer(message.width, 'width')
    check_size(height, width, message.encoding)
    rows = encoding.rows(height)
    stored = _rows(message, rows, width * encoding.channels)
    if message.encoding == 'mono16':
        high = 0 if _integer(message.is_bigendian, 'is_bigendian') else 1
        return Picture(stored.reshape(rows, width, 2)[:, :, high], 'mono8')
    if encoding.channels > 1:
        stored = stored.reshape(rows, width, encoding.channels)
    return Picture(stored, message.encoding)


def as_bytes(data: Any) -> np.ndarray:
    """Return a view of a message's data as u8 [n]. Raises ImageError."""
    try:
        return np.frombuffer(data, np.uint8)
    except (TypeError, ValueError, BufferError) as cause:
        raise ImageError(f'the image data is not a run of bytes: {one_line(cause)}') from cause


def _rows(message: ImageMessage, rows: int, row: int) -> np.ndarray:
    """Return a view of the message's data as u8 [rows, row], the padding left out."""
    step = _integer(message.step, 'step')
    if step < row:
        raise ImageError(
            f'the image step is {step} bytes, and a row of {message.width} {message.encoding} '
            f'pixels has {row}; the driver fills the message wrongly'
        )
    data = as_bytes(message.data)
    if len(data) < step * rows:
        raise ImageError(
            f'the image is truncated: {len(data)} bytes of {step * rows} '
            f'({rows} rows of {step}); the driver or the recording lost the rest'
        )
    return data[: step * rows].reshape(rows, step)[:, :row]


def _integer(value: Any, name: str) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = -1
    if number < 0:
        raise ImageError(f'the image {name} is {value!r:.60} and has to be a whole number')
    return number
