# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import array
import struct
import zlib
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accel_ros import images
from accel_ros.errors import ImageError

# One pixel of known colour in each encoding: red 10, green 20, blue 30 (grey 18, see below).
RGB = (10, 20, 30)
PIXELS = {
    'rgb8': (10, 20, 30),
    'bgr8': (30, 20, 10),
    'rgba8': (10, 20, 30, 99),
    'bgra8': (30, 20, 10, 99),
    'mono8': (18,),
}


def message(encoding='rgb8', height=4, width=6, padding=0, **changes) -> SimpleNamespace:
    """A sensor_msgs/Image whose bytes count up, each row followed by padding."""
    channels = len(PIXELS.get(encoding, (0,)))
    step = width * channels + padding
    data = bytes(i % 251 for i in range(step * height))
    fields = {
        'height': height,
        'width': width,
        'encoding': encoding,
        'is_bigendian': 0,
        'step': step,
        'data': data,
    }
    return SimpleNamespace(**{**fields, **changes})


@pytest.mark.parametrize('encoding', PIXELS)
@pytest.mark.parametrize('padding', [0, 5])
def test_decode_honours_the_step(encoding: str, padding: int):
    msg = message(encoding, padding=padding)
    pixels = images.decode(msg)
    channels = len(PIXELS[encoding])
    assert pixels.shape == ((4, 6) if channels == 1 else (4, 6, channels))
    for y, x, c in ((0, 0, 0), (1, 0, 0), (3, 5, channels - 1), (2, 3, channels - 1)):
        expected = msg.data[y * msg.step + x * channels + c]
        assert np.atleast_3d(pixels)[y, x, c] == expected


@pytest.mark.parametrize('kind', [bytes, bytearray, memoryview, lambda b: array.array('B', b)])
def test_decode_takes_any_buffer_and_copies_none(kind):
    data = kind(message(padding=3).data)
    pixels = images.decode(message(padding=3, data=data))
    assert np.shares_memory(pixels, np.frombuffer(data, np.uint8))


def test_decode_takes_arrays():
    data = np.frombuffer(message().data, np.uint8)
    assert np.shares_memory(images.decode(message(data=data)), data)


def test_byte_order_makes_no_difference_to_bytes():
    assert np.array_equal(images.decode(message(is_bigendian=1)), images.decode(message()))


def test_an_unknown_encoding_is_named_with_the_accepted_ones():
    with pytest.raises(ImageError, match="'16UC1' is not supported.*rgb8, bgr8, rgba8"):
        images.decode(message(encoding='16UC1'))


@pytest.mark.parametrize(
    ('changes', 'complaint'),
    [
        ({'height': 0}, 'empty: its height is 0'),
        ({'width': 0}, 'empty: its width is 0'),
        ({'data': b''}, 'truncated: 0 bytes of 72'),
        ({'data': b'x' * 71}, 'truncated: 71 bytes of 72'),
        ({'step': 17}, 'step is 17 bytes, and a row of 6 rgb8 pixels has 18'),
        ({'step': 0}, 'step is 0 bytes'),
        ({'step': 2**32 - 1}, 'truncated'),
        ({'height': 16384, 'width': 16384, 'step': 3 * 16384}, 'truncated'),
        ({'height': 2**32 - 1}, 'height is 4294967295 and at most'),
        ({'width': 2**31}, 'width is 2147483648 and at most'),
        ({'height': -4}, 'height is -4'),
        ({'height': 4.0}, 'height is 4.0'),
        ({'encoding': None}, 'encoding None'),
        ({'encoding': ['rgb8']}, 'encoding'),
        ({'data': [1, 2, 3]}, 'not a run of bytes'),
        ({'data': None}, 'not a run of bytes'),
        ({'data': 'text'}, 'not a run of bytes'),
    ],
)
def test_a_bad_message_is_refused_with_its_reason(changes, complaint):
    with pytest.raises(ImageError, match=complaint):
        images.decode(SimpleNamespace(**{**vars(message()), **changes}))


sides = st.integers(-2, 9) | st.integers(0, 2**32)
junk = st.none() | st.text(max_size=4) | st.floats() | st.integers()


@settings(max_examples=300, deadline=None)
@given(
    height=sides | junk,
    width=sides | junk,
    step=sides | junk,
    encoding=st.sampled_from([*PIXELS, 'nv12', '']) | junk,
    is_bigendian=st.integers(0, 255),
    data=st.binary(max_size=300) | junk,
)
def test_any_message_is_either_decoded_within_its_data_or_refused(**fields):
    try:
        pixels = images.decode(SimpleNamespace(**fields))
    except ImageError as error:
        assert '\n' not in str(error)
        return
    assert pixels.shape[:2] == (fields['height'], fields['width'])
    assert np.shares_memory(pixels, np.frombuffer(fields['data'], np.uint8))
    last = (fields['height'] - 1) * fields['step']
    row = pixels[-1].tobytes()
    assert row == fields['data'][last : last + len(row)]


@pytest.mark.parametrize('encoding', PIXELS)
@pytest.mark.parametrize('channels', ['rgb', 'bgr'])
@pytest.mark.parametrize('size', [(4, 6), (2, 3), (1, 2), (8, 12), (2, 20)])
def test_colours_reach_the_network_in_its_order(encoding: str, channels: str, size):
    pixels = np.tile(np.uint8(PIXELS[encoding]), (4, 6, 1))
    image = images.to_network_input(
        pixels[..., 0] if encoding == 'mono8' else pixels, encoding, size, channels
    )
    assert image.shape == (*size, 3) and image.dtype == np.uint8
    assert image.flags.c_contiguous
    expected = (18, 18, 18) if encoding == 'mono8' else RGB
    assert np.all(image == (expected if channels == 'rgb' else expected[::-1]))


def test_an_image_that_fits_is_not_copied():
    pixels = images.decode(message())
    assert images.to_network_input(pixels, 'rgb8', (4, 6), 'rgb').base is not None
    assert np.shares_memory(images.to_network_input(pixels, 'rgb8', (4, 6), 'rgb'), pixels)


def test_padding_never_reaches_the_network():
    plain, padded = message(), message(padding=7)
    rows = np.frombuffer(plain.data, np.uint8).reshape(4, 18)
    padded.data = np.pad(rows, ((0, 0), (0, 7)), constant_values=255).tobytes()
    for size in ((4, 6), (2, 3), (8, 12)):
        inputs = [
            images.to_network_input(images.decode(msg), 'rgb8', size, 'bgr')
            for msg in (plain, padded)
        ]
        assert np.array_equal(*inputs)


def test_a_thin_line_survives_shrinking_wherever_it_is():
    for x in range(40):
        image = np.zeros((40, 40, 3), np.uint8)
        image[:, x] = 255
        assert images.to_network_input(image, 'rgb8', (10, 10), 'rgb').sum() > 0


def test_an_empty_array_is_refused():
    with pytest.raises(ImageError, match='empty'):
        images.to_network_input(np.zeros((0, 5, 3), np.uint8), 'rgb8', (4, 6), 'rgb')


def test_an_unknown_encoding_is_refused_before_the_network():
    with pytest.raises(ImageError, match='yuv422'):
        images.to_network_input(np.zeros((4, 6, 3), np.uint8), 'yuv422', (4, 6), 'rgb')


def test_to_rgb_keeps_the_size():
    pixels = np.tile(np.uint8(PIXELS['bgra8']), (5, 7, 1))
    assert np.array_equal(images.to_rgb(pixels, 'bgra8'), np.tile(np.uint8(RGB), (5, 7, 1)))


@pytest.mark.parametrize('size', [(36, 48), (72, 96), (108, 144), (12, 16), (37, 100)])
def test_labels_are_resized_without_inventing_any(size):
    labels = np.random.default_rng(0).integers(0, 2, (36, 48), dtype=np.uint8) * 200
    resized = images.resize_labels(labels, size)
    assert resized.shape == size and set(np.unique(resized)) == {0, 200}
    # Pixel centres: the value of the pixel in which the centre of the new one lies.
    rows, columns = (
        np.arange(n) * 2 + 1 for n in size
    )  # centres, in half pixels of the new image
    rows, columns = rows * 36 / (2 * size[0]), columns * 48 / (2 * size[1])
    exact = (rows % 1 > 1e-3) & (rows % 1 < 1 - 1e-3)
    exact_columns = (columns % 1 > 1e-3) & (columns % 1 < 1 - 1e-3)
    expected = labels[rows.astype(int)][:, columns.astype(int)]
    assert np.array_equal(resized[exact][:, exact_columns], expected[exact][:, exact_columns])
    assert exact.sum() > 5


def test_compressed_images_become_bgr():
    image = np.tile(np.uint8(PIXELS['bgr8']), (5, 7, 1))
    packed = cv2.imencode('.png', image)[1]
    assert np.array_equal(images.decode_compressed(packed.tobytes()), image)
    assert np.array_equal(images.decode_compressed(packed), image)


@pytest.mark.parametrize('data', [b'', b'no image', None, 7])
def test_what_is_no_compressed_image_is_refused(data):
    with pytest.raises(ImageError, match='compressed image|not a run of bytes'):
        images.decode_compressed(data)


def test_a_truncated_compressed_image_is_refused():
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    packed = cv2.imencode('.png', noise)[1].tobytes()
    for length in (0, 8, 20, 30):
        with pytest.raises(ImageError):
            images.decode_compressed(packed[:length])


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 60))
def test_hostile_compressed_images_give_only_image_errors(junk_bytes, cut):
    packed = cv2.imencode('.png', np.zeros((4, 4, 3), np.uint8))[1].tobytes()
    try:
        images.decode_compressed(packed[:cut] + junk_bytes)
    except ImageError as error:
        assert '\n' not in str(error)


def test_a_header_that_promises_too_many_pixels_is_refused():
    packed = bytearray(cv2.imencode('.png', np.zeros((4, 4, 3), np.uint8))[1].tobytes())
    packed[16:24] = struct.pack('>II', 1_000_000, 1_000_000)
    packed[29:33] = struct.pack('>I', zlib.crc32(packed[12:29]))
    with pytest.raises(ImageError, match='cannot be decoded'):
        images.decode_compressed(bytes(packed))
