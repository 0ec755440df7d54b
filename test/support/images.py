# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Image messages from arrays and back."""

from __future__ import annotations

from array import array
from types import SimpleNamespace

import cv2
import numpy as np
from sensor_msgs.msg import CompressedImage, Image

SECOND = 1_000_000_000


def image_of(
    pixels: np.ndarray, stamp: int, encoding: str = 'rgb8', frame_id: str = 'camera'
) -> Image:
    """Make the message of an array, u8 [h,w] or [h,w,channels]; the stamp is in nanoseconds."""
    message = Image(height=pixels.shape[0], width=pixels.shape[1], encoding=encoding)
    _head(message, stamp, frame_id)
    message.step = pixels.nbytes // pixels.shape[0]
    message.data = array('B', pixels.tobytes())
    return message


def image_with(fields: SimpleNamespace, stamp: int, frame_id: str = 'camera') -> Image:
    """Make the message with the fields that `encodings.message` gives."""
    values = vars(fields) | {'data': array('B', fields.data)}
    message = Image(**values)
    _head(message, stamp, frame_id)
    return message


def png_of(pixels: np.ndarray, stamp: int, frame_id: str = 'camera') -> CompressedImage:
    """Make the compressed message, without loss, of an array, rgb8."""
    packed = cv2.imencode('.png', np.ascontiguousarray(pixels[..., ::-1]))[1]
    message = CompressedImage(
        format='rgb8; png compressed bgr8', data=array('B', packed.tobytes())
    )
    _head(message, stamp, frame_id)
    return message


def _head(message: Image | CompressedImage, stamp: int, frame_id: str) -> None:
    message.header.frame_id = frame_id
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp, SECOND)


def stamp_of(message) -> int:
    """The stamp of a message's header in nanoseconds."""
    return message.header.stamp.sec * SECOND + message.header.stamp.nanosec


def pixels_of(message: Image, encoding: str = 'mono8') -> np.ndarray:
    """The array of a message that has to have this encoding and no padding."""
    assert message.encoding == encoding
    channels = {'mono8': 1, 'rgb8': 3}[encoding]
    assert message.step == message.width * channels
    pixels = np.frombuffer(message.data, np.uint8).reshape(message.height, message.width, -1)
    return pixels[..., 0] if channels == 1 else pixels
