# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Messages made of what the pipeline gives: label images and timing."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import numpy.typing as npt
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from accel_ros import timing
from accel_ros.msg import FrameTiming

NANOSECONDS = 1_000_000_000
# The message carries these in its header.
IN_HEADER = {'stamp_ns', 'frame_id'}


def stamp_ns(header: Header) -> int:
    """Return the header's stamp in nanoseconds."""
    return header.stamp.sec * NANOSECONDS + header.stamp.nanosec


def image(header: Header, encoding: str, pixels: npt.NDArray[np.uint8]) -> Image:
    """Make an image message of `pixels` u8 [h,w] or [h,w,channels], with this header."""
    height, width = pixels.shape[:2]
    message = Image(header=header, height=height, width=width, encoding=encoding)
    message.step = pixels.nbytes // height
    _fill(message, pixels)
    return message


def png(header: Header, pixels: npt.NDArray[np.uint8]) -> CompressedImage:
    """Make the message of a mono8 image, u8 [h,w], without loss.

    Its format is what image_transport's subscriber for compressed images turns into mono8.
    """
    message = CompressedImage(header=header, format='mono8; png compressed ')
    _fill(message, cv2.imencode('.png', pixels)[1])
    return message


def frame_timing(header: Header, values: timing.FrameTiming) -> FrameTiming:
    """Make the timing message of one frame; a drift that is not known becomes NaN."""
    message = FrameTiming(header=header)
    for field in dataclasses.fields(values):
        if field.name not in IN_HEADER:
            value = getattr(values, field.name)
            setattr(message, field.name, float('nan') if value is None else value)
    return message


def _fill(message: Image | CompressedImage, data: npt.NDArray[np.uint8]) -> None:
    """Copy into the message's own, empty array: rclpy may copy once more what is assigned."""
    message.data.frombytes(np.ascontiguousarray(data).data.cast('B'))
