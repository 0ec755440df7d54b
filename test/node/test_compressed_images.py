# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Compressed images over DDS to a node in another process, and compressed labels back."""

from array import array

import cv2
import numpy as np
import pytest
from accel_ros.msg import FrameTiming
from sensor_msgs.msg import CompressedImage
from support.images import pixels_of, png_of, stamp_of
from support.node import running

from accel_ros.bundle import Bundle
from accel_ros.engines import open_engine
from accel_ros.images import decode_compressed
from accel_ros.pipeline import Frame, Pipeline

START = 10**12  # long after warming up: a new scene


@pytest.fixture(scope='module')
def talk(domain, bundle, tmp_path_factory):
    """An active node that takes compressed images, and its client."""
    parameters = {'bundle': str(bundle), 'autostart': True, 'image_transport': 'compressed'}
    with running(tmp_path_factory.mktemp('node'), parameters) as (node, client):
        client.until_active()
        yield node, client


@pytest.fixture(autouse=True)
def forget(talk):
    """No test hears another one's camera."""
    yield
    talk[1].forget()


def jpeg_of(pixels: np.ndarray, stamp: int) -> CompressedImage:
    message = png_of(pixels, stamp)
    message.format = 'rgb8; jpeg compressed bgr8'
    packed = cv2.imencode('.jpg', np.ascontiguousarray(pixels[..., ::-1]))[1]
    message.data = array('B', packed.tobytes())
    return message


@pytest.mark.parametrize('make', [png_of, jpeg_of])
def test_labels_are_those_of_the_unpacked_image_and_come_as_png_too(talk, bundle, drive, make):
    _, client = talk
    assert client.node.count_subscribers('/camera/image_raw') == 0
    camera = client.camera(make=make)
    labels, packed = client.listen('labels'), client.listen('labels/compressed', CompressedImage)
    camera.warm_up(drive(0), labels, packed)
    opened = Bundle.open(bundle)
    twin = Pipeline(opened, open_engine(opened))
    for n in range(3):
        sent = make(drive(n), START + n)
        camera.send(sent)
        own = twin.process(Frame(*decode_compressed(sent.data, sent.format), START + n))
        assert np.array_equal(pixels_of(labels.wait(START + n)), own.labels)
        answer = packed.wait(START + n)
        assert answer.header == sent.header and answer.format == 'mono8; png compressed '
        unpacked = cv2.imdecode(np.frombuffer(answer.data, np.uint8), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(unpacked, own.labels)


def without_end(packed: bytes) -> bytes:
    return packed[: len(packed) // 2]


def of_another_kind(packed: bytes) -> bytes:
    image = cv2.imdecode(np.frombuffer(packed, np.uint8), cv2.IMREAD_COLOR)
    return cv2.imencode('.bmp', image)[1].tobytes()


def of_nothing(packed: bytes) -> bytes:
    return b''


def of_too_much(packed: bytes) -> bytes:
    at = packed.index(b'\xff\xc0')
    return packed[: at + 5] + b'\x3f\xff\x3f\xff' + packed[at + 9 :]


BAD = {
    without_end: 'its end is missing',
    of_another_kind: 'neither JPEG nor PNG',
    of_nothing: 'it has no data',
    of_too_much: 'promises 16383x16383 pixels',
}


@pytest.mark.parametrize('spoil', BAD, ids=lambda spoil: spoil.__name__)
def test_a_bad_image_is_one_explained_drop(talk, drive, spoil):
    node, client = talk
    camera, timing = client.camera(make=jpeg_of), client.listen('timing', FrameTiming)
    camera.warm_up(drive(0), timing)
    camera.send(jpeg_of(drive(1), START))
    before = timing.wait(START)
    bad = jpeg_of(drive(1), START + 1)
    bad.data = array('B', spoil(bad.data.tobytes()))
    camera.send(bad)
    client.wait_for(lambda: node.lines(BAD[spoil]), 'the log line')
    camera.send(jpeg_of(drive(2), START + 2))
    after = timing.wait(START + 2)
    assert (after.dropped, after.processed) == (before.dropped + 1, before.processed + 1)
    assert START + 1 not in map(stamp_of, timing.messages)
    [line] = node.lines(BAD[spoil])
    assert 'ERROR' in line and 'segment.camera' in line
    assert 'Traceback' not in node.log
