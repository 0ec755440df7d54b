# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accel_ros.errors import ImageError
from accel_ros.images.packed_header import MAX_SEGMENTS, read_header


def header_of(data: bytes):
    return read_header(np.frombuffer(data, np.uint8))


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 400),
    st.integers(1, 400),
    st.sampled_from(
        [
            ('.png', ()),
            ('.jpg', ()),
            ('.jpg', (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)),
            ('.jpg', (cv2.IMWRITE_JPEG_RST_INTERVAL, 1)),
        ]
    ),
    st.booleans(),
)
def test_the_header_says_what_the_image_is(height, width, form, grey):
    pixels = np.zeros((height, width) if grey else (height, width, 3), np.uint8)
    packed = cv2.imencode(form[0], pixels, form[1])[1]
    assert read_header(packed) == (height, width, grey)


def test_filling_between_segments_is_skipped():
    jpeg = cv2.imencode('.jpg', np.zeros((3, 5, 3), np.uint8))[1].tobytes()
    assert header_of(jpeg[:2] + b'\xff' * 20 + jpeg[2:]) == (3, 5, False)


def test_a_thumbnail_with_an_end_of_its_own_is_no_end():
    jpeg = cv2.imencode('.jpg', np.zeros((3, 5, 3), np.uint8))[1].tobytes()
    thumbnail = b'\xff\xe1' + (len(jpeg) + 2).to_bytes(2, 'big') + jpeg
    whole = jpeg[:2] + thumbnail + jpeg[2:]
    assert header_of(whole) == (3, 5, False)
    with pytest.raises(ImageError, match='damaged.*its end is missing'):
        header_of(whole[:-2])


@pytest.mark.parametrize('filling', [b'\xff', b'\xff\x01', b'\xff\xe0\0\0', b'\0'])
def test_a_header_without_an_end_is_given_up(filling):
    data = b'\xff\xd8\xff' + filling * (MAX_SEGMENTS * 10)
    with pytest.raises(ImageError, match='damaged'):
        header_of(data)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([b'', b'\xff\xd8\xff', b'\x89PNG\r\n\x1a\n', b'BM']), st.binary(max_size=99)
)
def test_any_bytes_give_a_header_or_one_line(start, rest):
    try:
        header = header_of(start + rest)
    except ImageError as error:
        assert '\n' not in str(error)
    else:
        assert 0 <= header.height < 2**32 and 0 <= header.width < 2**32
