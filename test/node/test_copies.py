# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Copies cost most of a node's time: at most one on the way in, one for each output listened to.

Counted are the bytes that Python, NumPy and OpenCV take, in units of the image that is passed on.
"""

import tracemalloc

import numpy as np
import pytest
from std_msgs.msg import Header
from support.encodings import BAYER, NV, YUV422, blocks, message
from support.images import image_with

from accel_ros.classes import ClassTable
from accel_ros.images import ENCODINGS, resize_labels, to_network_input
from accel_ros.node import messages
from accel_ros.node.image_input import decode
from accel_ros.overlay import overlay

HEIGHT, WIDTH = 240, 320
PIXELS = HEIGHT * WIDTH
RGB = blocks(HEIGHT, WIDTH)
LABELS = RGB[..., 0] % 11
NOTHING = 8192  # bytes: array objects and the like


def taken(make) -> int:
    """The most bytes that were in use at a time because of a call, its result included."""
    make()  # what is set up once does not count
    tracemalloc.start()
    try:
        result = make()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        del result


def arrival(encoding: str):
    """A message as rclpy gives it to the node."""
    return image_with(message(RGB, encoding, padding=64), 5)


@pytest.mark.parametrize('encoding', ENCODINGS)
def test_an_image_is_looked_at_where_it_arrived(encoding):
    arrived = arrival(encoding)
    assert taken(lambda: decode(arrived)) < NOTHING
    assert np.shares_memory(decode(arrived).pixels, np.frombuffer(arrived.data, np.uint8))


def test_an_image_that_fits_reaches_the_network_without_a_copy():
    arrived = image_with(message(RGB, 'rgb8'), 5)
    size = (HEIGHT, WIDTH)
    assert taken(lambda: to_network_input(*decode(arrived), size, 'rgb')) < NOTHING


@pytest.mark.parametrize('encoding', ENCODINGS)
def test_an_image_that_fits_but_for_its_colours_or_padding_is_copied_once(encoding):
    arrived = arrival(encoding)
    high_bytes = PIXELS if encoding == 'mono16' else 0  # OpenCV wants them side by side
    copied = taken(lambda: to_network_input(*decode(arrived), (HEIGHT, WIDTH), 'rgb'))
    assert 3 * PIXELS <= copied < 3 * PIXELS + high_bytes + NOTHING


@pytest.mark.parametrize('encoding', ENCODINGS)
def test_a_larger_image_is_read_once_and_only_converted_first_where_it_has_to_be(encoding):
    arrived = arrival(encoding)
    size = (HEIGHT // 4, WIDTH // 4)
    shared = encoding in (*BAYER, *YUV422, *NV)
    first = 3 * PIXELS if shared else PIXELS if encoding == 'mono16' else 0
    copied = taken(lambda: to_network_input(*decode(arrived), size, 'bgr'))
    assert copied < first + 1.5 * PIXELS + NOTHING  # halves of it, never all


@pytest.mark.parametrize('pixels', [LABELS, RGB], ids=['labels', 'overlay'])
def test_an_output_is_copied_once_into_its_message(pixels):
    pixels = np.ascontiguousarray(pixels)
    encoding = 'mono8' if pixels.ndim == 2 else 'rgb8'
    copied = taken(lambda: messages.image(Header(), encoding, pixels))
    assert pixels.nbytes < copied < 1.2 * pixels.nbytes + NOTHING


def test_labels_of_the_images_size_are_passed_on_as_they_are():
    assert resize_labels(LABELS, (HEIGHT, WIDTH)) is LABELS


def test_an_overlay_is_made_in_one_new_image():
    classes = ClassTable.named('camvid')
    labels = np.ascontiguousarray(LABELS)
    taken_by_overlay = taken(lambda: overlay(RGB, 'rgb8', labels, classes))
    assert taken_by_overlay < 1.2 * 3 * PIXELS + NOTHING
