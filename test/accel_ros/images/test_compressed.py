# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.encodings import BAYER, blocks, grey_of, store

from accel_ros.errors import ImageError
from accel_ros.images import decode_compressed, decode_file, to_rgb

RGB = blocks(16, 24, size=8)
GREY = grey_of(RGB)


def pack(suffix: str, pixels: np.ndarray) -> bytes:
    """Compress bgr or grey pixels."""
    return cv2.imencode(suffix, np.ascontiguousarray(pixels))[1].tobytes()


def with_size(png: bytes, width: int, height: int) -> bytes:
    """The same PNG, promising another size."""
    head = png[:16] + struct.pack('>II', width, height) + png[24:29]
    return head + struct.pack('>I', zlib.crc32(head[12:])) + png[33:]


def jpeg_with_size(jpeg: bytes, width: int, height: int) -> bytes:
    """The same JPEG, promising another size."""
    at = jpeg.index(b'\xff\xc0')
    return jpeg[: at + 5] + struct.pack('>HH', height, width) + jpeg[at + 9 :]


@pytest.mark.parametrize(('suffix', 'loss'), [('.png', 0), ('.jpg', 8)])
@pytest.mark.parametrize('form', ['', 'png', 'jpeg', 'rgb8; jpeg compressed bgr8'])
def test_colours(suffix, loss, form):
    picture = decode_compressed(pack(suffix, RGB[..., ::-1]), form)
    assert picture.encoding == 'bgr8'
    assert np.abs(to_rgb(*picture).astype(int) - RGB).mean() <= loss


@pytest.mark.parametrize(('suffix', 'loss'), [('.png', 0), ('.jpg', 4)])
@pytest.mark.parametrize(
    'form', ['', 'mono8; png compressed ', 'bayer_rggb8; jpeg compressed mono8']
)
def test_grey(suffix, loss, form):
    picture = decode_compressed(pack(suffix, GREY), form)
    assert picture.encoding == 'mono8'
    assert np.abs(picture.pixels.astype(int) - GREY).mean() <= loss


def test_sixteen_bits_become_their_high_bytes():
    packed = pack('.png', GREY.astype(np.uint16) << 8 | 200)
    picture = decode_compressed(packed, 'mono16; png compressed ')
    assert picture.encoding == 'mono8' and np.array_equal(picture.pixels, GREY)


@pytest.mark.parametrize('encoding', BAYER)
@pytest.mark.parametrize('bits', [8, 16])
def test_a_mosaic_that_was_packed_as_it_is_gets_its_colours(encoding, bits):
    rgb = np.tile(np.uint8((10, 20, 200)), (6, 8, 1))
    mosaic = store(rgb, encoding)
    mosaic = mosaic if bits == 8 else mosaic.astype(np.uint16) << 8
    form = f'{encoding[:-1]}{bits}; png compressed '
    assert np.array_equal(to_rgb(*decode_compressed(pack('.png', mosaic), form)), rgb)


def test_colours_that_were_packed_in_the_order_of_rgb_are_turned_round():
    packed = pack('.png', RGB)
    assert np.array_equal(to_rgb(*decode_compressed(packed, 'rgb8; png compressed ')), RGB)


def test_an_alpha_channel_is_left_out():
    packed = pack('.png', np.dstack([RGB[..., ::-1], GREY]))
    assert np.array_equal(to_rgb(*decode_compressed(packed, 'bgra8; png compressed bgr8')), RGB)


def test_an_orientation_in_the_metadata_does_not_turn_the_image():
    exif = b'Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0'
    jpeg = pack('.jpg', RGB[..., ::-1])
    turned = jpeg[:2] + b'\xff\xe1' + struct.pack('>H', len(exif) + 2) + exif + jpeg[2:]
    assert decode_file(turned).shape == (24, 16, 3), 'the metadata is understood'
    assert decode_compressed(turned).pixels.shape == (16, 24, 3)


@pytest.mark.parametrize('data', [b'', None, 7, 'text'])
def test_what_is_no_data_is_refused(data):
    with pytest.raises(ImageError, match='compressed image is empty|not a run of bytes'):
        decode_compressed(data)


@pytest.mark.parametrize('suffix', ['.bmp', '.tiff', '.webp', '.ppm'])
def test_other_formats_are_refused_in_messages_and_taken_in_files(suffix):
    packed = pack(suffix, RGB[..., ::-1])
    with pytest.raises(ImageError, match='neither JPEG nor PNG.*let the camera send'):
        decode_compressed(packed)
    assert decode_file(packed).shape == RGB.shape


@pytest.mark.parametrize('suffix', ['.png', '.jpg'])
def test_an_image_that_lost_its_end_is_refused(suffix):
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    packed = pack(suffix, noise)
    for length in (*range(40), len(packed) // 2, len(packed) - 20, len(packed) - 2):
        with pytest.raises(ImageError):
            decode_compressed(packed[:length])


def test_padding_after_the_end_does_not_matter():
    for suffix in ('.png', '.jpg'):
        packed = pack(suffix, RGB[..., ::-1])
        padded = decode_compressed(packed + bytes(1000)).pixels
        assert np.array_equal(padded, decode_compressed(packed).pixels)


@pytest.mark.parametrize(
    ('packed', 'complaint'),
    [
        (with_size(pack('.png', RGB), 1_000_000, 1_000_000), 'is 1000000 and at most 16384'),
        (with_size(pack('.png', RGB), 16384, 16384), 'promises 16384x16384 pixels, and at most'),
        (jpeg_with_size(pack('.jpg', RGB), 65535, 65535), 'is 65535 and at most 16384'),
        (jpeg_with_size(pack('.jpg', RGB), 16000, 16000), 'promises 16000x16000 pixels'),
        (jpeg_with_size(pack('.jpg', RGB), 0, 16), 'its width is 0'),
    ],
)
def test_a_bomb_is_refused_before_it_is_unpacked(packed, complaint):
    with pytest.raises(ImageError, match=complaint):
        decode_compressed(packed)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        [pack('.png', RGB), pack('.jpg', RGB), pack('.png', GREY), pack('.jpg', GREY)]
    ),
    st.integers(0, 700),
    st.binary(max_size=30),
    st.booleans(),
    st.text(max_size=12)
    | st.sampled_from(['bayer_rggb8; png compressed ', 'bayer_x; compressed']),
)
def test_damaged_images_give_pictures_or_image_errors(packed, at, wound, cut, form):
    damaged = packed[:at] + wound + (b'' if cut else packed[at + len(wound) :])
    try:
        pixels, encoding = decode_compressed(damaged, form)
    except ImageError as error:
        assert '\n' not in str(error)
        return
    assert pixels.dtype == np.uint8
    assert to_rgb(pixels, encoding).shape == (*pixels.shape[:2], 3)
