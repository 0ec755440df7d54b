# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Image files as they were stored, and what is said of those that cannot be read."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pictures import write_pixels

from accel_model.datasets.dataset import DatasetError
from accel_model.datasets.pixels import read_image, read_label_image


def picture():
    return np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)


def test_images_are_rgb(tmp_path):
    pixels = picture()
    np.testing.assert_array_equal(read_image(write_pixels(tmp_path / 'a.png', pixels)), pixels)
    grey = read_image(write_pixels(tmp_path / 'b.png', pixels[..., 0]))
    np.testing.assert_array_equal(grey, np.repeat(pixels[..., :1], 3, -1))


def test_label_images_are_what_was_stored(tmp_path):
    pixels = picture()
    for stored in (pixels, pixels[..., 0]):
        path = write_pixels(tmp_path / 'a.png', stored)
        np.testing.assert_array_equal(read_label_image(path), stored)


def test_the_transparency_of_a_label_image_does_not_matter(tmp_path):
    pixels = picture()
    cv2.imwrite(str(tmp_path / 'a.png'), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGRA))
    np.testing.assert_array_equal(read_label_image(tmp_path / 'a.png'), pixels)


def test_missing_file(tmp_path):
    with pytest.raises(DatasetError, match=r'a\.png cannot be read: .*copy it again'):
        read_image(tmp_path / 'a.png')


@pytest.mark.parametrize('suffix', ['.png', '.jpg'])
@settings(max_examples=30, deadline=None)
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_that_is_cut_off(tmp_path_factory, suffix, share):
    path = write_pixels(tmp_path_factory.mktemp('cut') / f'a{suffix}', picture())
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    for read in (read_image, read_label_image):
        with pytest.raises(DatasetError, match=r'is cut off, or no PNG or JPEG|bits a pixel'):
            read(path)


def test_sixteen_bits(tmp_path):
    path = write_pixels(tmp_path / 'a.png', np.zeros((4, 4), np.uint16))
    with pytest.raises(DatasetError, match='16 bits a pixel: save labels as 8-bit PNG'):
        read_label_image(path)


@pytest.mark.parametrize('bits', [1, 2, 4])
def test_fewer_than_eight_bits_would_be_stretched(tmp_path, bits):
    header = struct.pack('>IIBBBBB', 8, 1, bits, 0, 0, 0, 0)
    row = zlib.compress(bytes(1 + bits))
    chunks = [(b'IHDR', header), (b'IDAT', row), (b'IEND', b'')]
    path = tmp_path / 'a.png'
    path.write_bytes(
        b'\x89PNG\r\n\x1a\n'
        + b''.join(
            struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
            for kind, data in chunks
        )
    )
    assert read_image(path).shape == (1, 8, 3)
    with pytest.raises(DatasetError, match=f'{bits} bits a pixel: save labels as 8-bit PNG'):
        read_label_image(path)
