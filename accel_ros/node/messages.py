# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Messages made of what the pipeline gives: label images and timing."""

from __future__ import annotations

import dataclasses
from array import array

import numpy as np
import numpy.typing as npt
from sensor_msgs.msg import Image
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
    message.data = _bytes(pixels)
    return message


def frame_timing(header: Header, values: timing.FrameTiming) -> FrameTiming:
    """Make the timing message of one frame; a drift that is not known becomes NaN."""
    message = FrameTiming(header=header)
    for field in dataclasses.fields(values):
        if field.name not in IN_HEADER:
            value = getattr(values, field.name)
            setattr(message, field.name, float('nan') if value is None else value)
    return message


def _bytes(pixels: npt.NDArray[np.uint8]) -> array[int]:
    # rclpy takes an array('B') as it is; any other buffer it checks number by number.
    data = array('B')
    data.frombytes(np.ascontiguousarray(pixels).data.cast('B'))
    return data
