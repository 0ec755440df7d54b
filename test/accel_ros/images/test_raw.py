# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import array
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.encodings import NV, blocks, grey_of, message, store

from accel_ros.errors import ImageError
from accel_ros.images import ENCODINGS, decode, encoding_named, size_of

RGB = blocks(6, 8)


@pytest.mark.parametrize('encoding', ENCODINGS)
@pytest.mark.parametrize('padding', [0, 1, 5])
def test_a_picture_is_a_view_of_the_message_without_the_padding(encoding, padding):
    msg = message(RGB, encoding, padding)
    pixels, kind = decode(msg)
    assert np.shares_memory(pixels, np.frombuffer(msg.data, np.uint8))
    assert size_of(pixels, kind) == (6, 8)
    if encoding == 'mono16':
        assert kind == 'mono8'
        assert np.array_equal(pixels, grey_of(RGB))
    else:
        assert kind == encoding
        assert np.array_equal(pixels.reshape(len(pixels), -1), store(RGB, encoding))
        assert pixels.shape[0] == (9 if encoding in NV else 6)


@pytest.mark.parametrize('big_endian', [False, True])
@pytest.mark.parametrize('encoding', ENCODINGS)
def test_byte_order_changes_nothing_but_the_place_of_high_bytes(encoding, big_endian):
    native = decode(message(RGB, encoding)).pixels
    assert np.array_equal(decode(message(RGB, encoding, 3, big_endian)).pixels, native)


@pytest.mark.parametrize('kind', [bytes, bytearray, memoryview, lambda b: array.array('B', b)])
def test_any_buffer_will_do(kind):
    msg = message(RGB, 'rgb8', 3)
    msg.data = kind(msg.data)
    assert np.shares_memory(decode(msg).pixels, np.frombuffer(msg.data, np.uint8))


def test_an_array_will_do():
    msg = message(RGB, 'rgb8')
    msg.data = np.frombuffer(msg.data, np.uint8)
    assert np.shares_memory(decode(msg).pixels, msg.data)


@pytest.mark.parametrize('encoding', ['16UC1', 'RGB8', 'bayer_rggb16', 'nv24', '', '8UC3'])
def test_an_unknown_encoding_is_named_with_the_accepted_ones(encoding):
    with pytest.raises(ImageError) as caught:
        decode(SimpleNamespace(**{**vars(message(RGB, 'rgb8')), 'encoding': encoding}))
    assert f"'{encoding}' is not supported" in str(caught.value)
    assert all(name in str(caught.value) for name in ENCODINGS)


@pytest.mark.parametrize(
    ('encoding', 'height', 'width', 'complaint'),
    [
        ('yuv422', 3, 4, None),
        ('yuv422', 4, 5, 'a yuv422 image .* its width has to be even, and it is 5x4'),
        ('yuyv', 1, 1, 'its width has to be even'),
        ('nv12', 4, 6, None),
        ('nv12', 4, 5, 'its width and height have to be even, and it is 5x4'),
        ('nv21', 3, 4, 'its width and height have to be even, and it is 4x3'),
        ('bayer_grbg8', 3, 5, None),
        ('bayer_grbg8', 2, 5, 'needs 3 pixels a side for its colours, and it is 5x2'),
        ('mono16', 1, 1, None),
        ('bgra8', 1, 1, None),
        ('rgb8', 7, 5, None),
    ],
)
def test_odd_sizes_are_taken_where_an_encoding_can_have_them(encoding, height, width, complaint):
    if complaint is None:
        rgb = blocks(height, width)
        assert size_of(*decode(message(rgb, encoding, padding=2))) == (height, width)
        return
    msg = message(blocks(8, 8), encoding)
    msg.height, msg.width = height, width
    with pytest.raises(ImageError, match=complaint):
        decode(msg)


@pytest.mark.parametrize(
    ('changes', 'complaint'),
    [
        ({'height': 0}, 'empty: its height is 0'),
        ({'width': 0}, 'empty: its width is 0'),
        ({'data': b''}, 'truncated: 0 bytes of 144'),
        ({'data': b'x' * 143}, 'truncated: 143 bytes of 144'),
        ({'step': 23}, 'step is 23 bytes, and a row of 8 rgb8 pixels has 24'),
        ({'step': 0}, 'step is 0 bytes'),
        ({'step': 2**32 - 1}, 'truncated'),
        ({'height': 16384, 'width': 16384, 'step': 3 * 16384}, 'truncated'),
        ({'height': 2**32 - 1}, 'height is 4294967295 and at most'),
        ({'width': 2**31}, 'width is 2147483648 and at most'),
        ({'height': -4}, 'height is -4'),
        ({'height': 4.0}, 'height is 4.0'),
        ({'encoding': None}, 'encoding None'),
        ({'encoding': ['rgb8']}, 'encoding'),
        ({'encoding': 'mono16', 'is_bigendian': None}, 'is_bigendian is None'),
        ({'encoding': 'nv12', 'step': 24, 'data': b'x' * 215}, 'truncated: 215 bytes of 216 .9 r'),
        ({'data': [1, 2, 3]}, 'not a run of bytes'),
        ({'data': None}, 'not a run of bytes'),
        ({'data': 'text'}, 'not a run of bytes'),
    ],
)
def test_a_bad_message_is_refused_with_its_reason(changes, complaint):
    with pytest.raises(ImageError, match=complaint):
        decode(SimpleNamespace(**{**vars(message(RGB, 'rgb8')), **changes}))


sides = st.integers(-2, 9) | st.integers(0, 2**32)
junk = st.none() | st.text(max_size=4) | st.floats() | st.integers()


@settings(max_examples=300, deadline=None)
@given(
    height=sides | junk,
    width=sides | junk,
    step=sides | junk,
    encoding=st.sampled_from([*ENCODINGS, 'nv24', '']) | junk,
    is_bigendian=st.integers(0, 255) | junk,
    data=st.binary(max_size=300) | junk,
)
def test_any_message_is_either_decoded_within_its_data_or_refused(**fields):
    try:
        picture = decode(SimpleNamespace(**fields))
    except ImageError as error:
        assert '\n' not in str(error)
        return
    assert size_of(*picture) == (fields['height'], fields['width'])
    assert np.shares_memory(picture.pixels, np.frombuffer(fields['data'], np.uint8))
    stored = encoding_named(fields['encoding'])
    last = (stored.rows(fields['height']) - 1) * fields['step']
    row = fields['data'][last : last + fields['width'] * stored.channels]
    if fields['encoding'] == 'mono16':
        row = row[0 if fields['is_bigendian'] else 1 :: 2]
    assert picture.pixels[-1].tobytes() == row
