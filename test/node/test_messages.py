# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Messages made of arrays and timings: nothing is lost, added or left out."""

import dataclasses
import math

import numpy as np
import pytest
from accel_ros.msg import FrameTiming
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn
from std_msgs.msg import Header

from accel_ros import images, timing
from accel_ros.node import messages

SIDES = st.integers(1, 40)


@given(stn.arrays(np.uint8, st.tuples(SIDES, SIDES)), st.sampled_from([1, 2, -1]))
def test_an_image_message_holds_the_pixels_of_any_view(pixels, stride):
    view = pixels[:, ::stride]
    message = messages.image(Header(frame_id='camera'), 'mono8', view)
    assert (message.height, message.width) == view.shape
    assert (message.step, message.encoding) == (view.shape[1], 'mono8')
    assert np.array_equal(images.decode(message).pixels, view)


def test_a_colour_image_has_three_bytes_a_pixel():
    pixels = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    message = messages.image(Header(), 'rgb8', pixels)
    assert message.step == 15
    assert np.array_equal(images.decode(message).pixels, pixels)


@given(st.integers(0, 2**31 - 1), st.integers(0, 999_999_999))
def test_a_stamp_is_counted_in_nanoseconds(seconds, nanoseconds):
    header = Header()
    header.stamp.sec, header.stamp.nanosec = seconds, nanoseconds
    assert messages.stamp_ns(header) == seconds * 10**9 + nanoseconds


@pytest.mark.parametrize('drift', [0.25, None])
def test_every_field_of_the_timing_message_is_filled(drift):
    values = timing.FrameTiming(
        stamp_ns=5,
        frame_id='camera',
        kind='key',
        keyframe_reason='gap',
        keyframe_landing='landed',
        drift=drift,
        **{
            field.name: number + 1
            for number, field in enumerate(dataclasses.fields(timing.FrameTiming))
            if field.type == 'int' and field.name != 'stamp_ns'
        },
        **{
            field.name: number + 0.5
            for number, field in enumerate(dataclasses.fields(timing.FrameTiming))
            if field.type == 'float'
        },
    )
    header = Header(frame_id='camera')
    message = messages.frame_timing(header, values)
    assert message.header == header
    for name in FrameTiming.get_fields_and_field_types():
        if name == 'drift' and drift is None:
            assert math.isnan(message.drift)
        elif name != 'header':
            assert getattr(message, name) == getattr(values, name)
