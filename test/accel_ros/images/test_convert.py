# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import itertools

import numpy as np
import pytest
import rosbags.image
from support.encodings import BAYER, COLOUR, GREY, NV, YUV422, blocks, grey_of, message

from accel_ros.errors import ImageError
from accel_ros.images import ENCODINGS, decode, to_network_input, to_rgb

SIZES = [(6, 8), (3, 4), (1, 2), (12, 16), (2, 40)]


def plain(height: int, width: int) -> np.ndarray:
    """An image of one colour: every encoding, Bayer's too, gives all of it back."""
    return np.tile(np.uint8((10, 20, 200)), (height, width, 1))


def test_the_tests_have_every_encoding():
    assert {*COLOUR, *GREY} == set(ENCODINGS)


@pytest.mark.parametrize('encoding', COLOUR)
@pytest.mark.parametrize('padding', [0, 5])
@pytest.mark.parametrize('size', [(6, 8), (4, 4), (18, 30)])
def test_colours_come_back_as_the_definition_of_the_encoding_says(encoding, padding, size):
    rgb = plain(*size) if encoding in BAYER else blocks(*size)
    back = to_rgb(*decode(message(rgb, encoding, padding)))
    assert back.shape == rgb.shape
    loss = 3 if encoding in YUV422 + NV else 0
    assert np.abs(back.astype(int) - rgb).max() <= loss


@pytest.mark.parametrize('encoding', GREY)
def test_grey_becomes_three_equal_channels(encoding):
    rgb = blocks(5, 7)
    back = to_rgb(*decode(message(rgb, encoding, padding=3)))
    assert np.array_equal(back, np.repeat(grey_of(rgb)[..., None], 3, -1))


@pytest.mark.parametrize('encoding', ENCODINGS)
@pytest.mark.parametrize('channels', ['rgb', 'bgr'])
@pytest.mark.parametrize('size', SIZES)
def test_colours_reach_the_network_in_its_order_and_size(encoding, channels, size):
    rgb = plain(6, 8)
    image = to_network_input(*decode(message(rgb, encoding)), size, channels)
    assert image.shape == (*size, 3) and image.dtype == np.uint8
    assert image.flags.c_contiguous
    expected = np.repeat(grey_of(rgb)[0, 0], 3) if encoding in GREY else rgb[0, 0]
    expected = expected if channels == 'rgb' else expected[::-1]
    assert np.abs(image.astype(int) - expected).max() <= (2 if encoding in YUV422 + NV else 0)


@pytest.mark.parametrize('encoding', ENCODINGS)
def test_padding_never_reaches_the_network(encoding):
    rgb = blocks(6, 8)
    black, white = (decode(message(rgb, encoding, 7, filling=value)) for value in (0, 255))
    for size in SIZES:
        inputs = [to_network_input(*picture, size, 'bgr') for picture in (black, white)]
        assert np.array_equal(*inputs)


@pytest.mark.parametrize('encoding', ENCODINGS)
def test_rosbags_image_agrees_where_rows_have_no_padding(encoding):
    # It takes the rows of colour for rows of the image, and what is over for another rounding.
    msg = message(np.ascontiguousarray(blocks(48, 64, size=4)), encoding)
    native = to_network_input(*decode(msg), (48, 64), 'bgr')
    if encoding in NV:
        msg.height = 72
    msg.data = np.frombuffer(msg.data, np.uint8)
    oracle = rosbags.image.image_to_cvimage(msg, 'bgr8')
    assert np.abs(native.astype(int) - oracle).max() <= (1 if encoding == 'mono16' else 0)


def test_cv_bridge_agrees():
    cv_bridge = pytest.importorskip('cv_bridge', reason='needs cv_bridge, which only ROS has')
    from sensor_msgs.msg import Image

    compared = set()
    for encoding, padding in itertools.product(ENCODINGS, (0, 12)):
        msg = message(np.ascontiguousarray(blocks(48, 64, size=4)), encoding, padding)
        native = to_network_input(*decode(msg), (48, 64), 'bgr')
        try:
            oracle = cv_bridge.CvBridge().imgmsg_to_cv2(Image(**vars(msg)), 'bgr8')
        except (cv_bridge.CvBridgeError, TypeError):
            continue  # older releases have fewer encodings
        assert np.abs(native.astype(int) - oracle).max() <= (1 if encoding == 'mono16' else 0)
        compared.add(encoding)
    assert {'rgb8', 'mono16', 'yuv422', *BAYER} <= compared


def test_what_fits_already_is_not_copied():
    picture = decode(message(blocks(6, 8), 'rgb8'))
    assert np.shares_memory(to_network_input(*picture, (6, 8), 'rgb'), picture.pixels)


def test_an_empty_array_is_refused():
    with pytest.raises(ImageError, match='empty'):
        to_network_input(np.zeros((0, 5, 3), np.uint8), 'rgb8', (4, 6), 'rgb')


def test_an_unknown_encoding_is_refused_before_the_network():
    with pytest.raises(ImageError, match='nv24'):
        to_network_input(np.zeros((4, 6, 3), np.uint8), 'nv24', (4, 6), 'rgb')
