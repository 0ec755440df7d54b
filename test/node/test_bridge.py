# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Encodings that are not read here: through cv_bridge, or refused with what is accepted."""

import sys
from array import array
from types import SimpleNamespace

import numpy as np
import pytest
from support.encodings import blocks
from support.images import image_of

from accel_ros.errors import ImageError
from accel_ros.images import ENCODINGS
from accel_ros.node import bridge

RGB = blocks(6, 8)


def unknown():
    return image_of(RGB, 5, encoding='rgb16')


@pytest.fixture(autouse=True)
def look_again():
    """Each test has a cv_bridge of its own."""
    bridge._cv_bridge.cache_clear()
    yield
    bridge._cv_bridge.cache_clear()


@pytest.fixture
def asked(monkeypatch):
    """A stand-in for cv_bridge, and what it was asked for; it knows rgb16 only."""
    asked = []

    class CvBridge:
        def imgmsg_to_cv2(self, message, encoding):
            asked.append((message.encoding, encoding))
            if message.encoding != 'rgb16':
                raise RuntimeError('Unrecognized\nimage encoding')
            return RGB[..., ::-1]

    monkeypatch.setitem(sys.modules, 'cv_bridge', SimpleNamespace(CvBridge=CvBridge))
    return asked


def test_what_is_read_here_never_goes_through_cv_bridge(asked):
    pixels, encoding = bridge.decode(image_of(RGB, 5))
    assert encoding == 'rgb8' and np.array_equal(pixels, RGB)
    assert not asked


def test_cv_bridge_does_the_others(asked):
    pixels, encoding = bridge.decode(unknown())
    assert encoding == 'bgr8' and np.array_equal(pixels, RGB[..., ::-1])
    assert asked == [('rgb16', 'bgr8')]


def test_what_cv_bridge_cannot_do_either_is_refused_in_one_line(asked):
    with pytest.raises(
        ImageError, match="'32FC1' .* cv_bridge cannot .*: Unrecognized image"
    ) as caught:
        bridge.decode(image_of(RGB, 5, encoding='32FC1'))
    assert all(name in str(caught.value) for name in ENCODINGS)


@pytest.mark.parametrize('module', [None, SimpleNamespace()])
def test_without_a_cv_bridge_that_works_the_encoding_is_refused(monkeypatch, module):
    monkeypatch.setitem(sys.modules, 'cv_bridge', module)
    with pytest.raises(ImageError, match="'rgb16' is not supported; let the camera send one of"):
        bridge.decode(unknown())


def test_the_real_cv_bridge():
    pytest.importorskip('cv_bridge', reason='needs cv_bridge, which only ROS has')
    message = unknown()
    message.data, message.step = array('B', (RGB.astype(np.uint16) * 257).tobytes()), 48
    pixels, encoding = bridge.decode(message)
    assert encoding == 'bgr8' and np.array_equal(pixels, RGB[..., ::-1])
