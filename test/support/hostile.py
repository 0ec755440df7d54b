# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Image messages as no honest camera sends them."""

from __future__ import annotations

from array import array

import cv2
import numpy as np
from hypothesis import strategies as st
from sensor_msgs.msg import CompressedImage, Image
from support.encodings import blocks, message

from accel_ros.images import ENCODINGS

RGB = blocks(36, 48)
PACKED = [
    cv2.imencode(suffix, np.ascontiguousarray(pixels))[1].tobytes()
    for suffix in ('.png', '.jpg')
    for pixels in (RGB, RGB[..., 0])
]
uint32 = st.integers(0, 64) | st.integers(0, 2**32 - 1)
text = st.text(max_size=30) | st.sampled_from(['\n' * 50, 'x' * 5000, '\0', 'bgr8\n'])
names = st.sampled_from([*ENCODINGS, 'rgb16', '16UC1', 'RGB8', 'bgr8 '])
formats = st.sampled_from(
    [
        'jpeg',
        'png',
        'rgb8; jpeg compressed bgr8',
        'rgb8; png compressed ',
        'bayer_rggb8; png compressed ',
        'bayer_; compressed',
        ';;compressed',
    ]
)


@st.composite
def with_header(draw, messages) -> Image | CompressedImage:
    """A message with any header."""
    drawn = draw(messages)
    drawn.header.frame_id = draw(text)
    drawn.header.stamp.sec = draw(st.integers(-(2**31), 2**31 - 1))
    drawn.header.stamp.nanosec = draw(st.integers(0, 2**32 - 1))
    return drawn


@st.composite
def images(draw) -> Image:
    """An image message of any content, or a good one with some fields spoilt."""
    anything = {
        'height': uint32,
        'width': uint32,
        'step': uint32,
        'encoding': names | text,
        'is_bigendian': st.integers(0, 255),
        'data': st.binary(max_size=400),
    }
    name = draw(st.sampled_from(list(ENCODINGS)))
    good = vars(message(RGB, name, draw(st.integers(0, 9))))
    spoilt = draw(st.sets(st.sampled_from([*anything]), max_size=6))
    fields = good | {field: draw(anything[field]) for field in spoilt}
    return Image(**fields | {'data': array('B', fields['data'])})


@st.composite
def compressed_images(draw) -> CompressedImage:
    """A compressed message of any bytes, or a good one with a wound, or without its end."""
    packed = draw(st.sampled_from(PACKED))
    at = draw(st.integers(0, len(packed)))
    wound = draw(st.binary(max_size=20))
    rest = packed[at + len(wound) :] if draw(st.booleans()) else b''
    data = draw(st.sampled_from([packed, packed[:at] + wound + rest]) | st.binary(max_size=60))
    return CompressedImage(format=draw(formats | text), data=array('B', data))
