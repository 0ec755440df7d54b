# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever arrives, nothing but a counted, explained drop comes of it."""

import re
import time

import numpy as np
import pytest
from accel_ros.msg import FrameTiming
from hypothesis import given, settings
from sensor_msgs.msg import CameraInfo, CompressedImage
from support import hostile
from support.client import Client
from support.images import image_of, pixels_of

from accel_ros.bundle import Bundle
from accel_ros.engines import open_engine
from accel_ros.node.camera import Camera
from accel_ros.node.complaints import Complaints
from accel_ros.node.parameters import Parameters
from accel_ros.pipeline import Pipeline


@pytest.fixture(scope='module')
def client(domain):
    client = Client()
    yield client
    client.close()


@pytest.fixture(scope='module')
def camera(client, bundle):
    """A camera at work, with somebody who listens to all that it publishes."""
    opened = Bundle.open(bundle)
    engine = open_engine(opened, threads=1)
    parameters = Parameters(client.node, configured=lambda: False)
    camera = Camera(client.node, 'camera', Pipeline(opened, engine), parameters, opened.classes)
    camera.start()
    for topic in ('labels', 'confidence', 'overlay'):
        client.listen(topic, qos=1)
    client.listen('labels/compressed', CompressedImage, qos=1)
    client.listen('camera_info', CameraInfo, qos=1)
    client.listen('timing', FrameTiming, qos=1)
    yield camera
    camera.close()
    engine.close()


@pytest.fixture(scope='module')
def reasons():
    """Every reason for which an image was dropped."""
    reasons = []
    with pytest.MonkeyPatch.context() as patch:
        hear = Complaints.hear

        def listening(self, reason):
            reasons.append(reason)
            return hear(self, reason)

        patch.setattr(Complaints, 'hear', listening)
        yield reasons


def wait_for(condition, what):
    """Wait for the camera's own thread."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, f'waited for {what}'
        time.sleep(0.0005)


def give(camera, reasons, message):
    """Give the camera a message; it has to be labelled, or dropped with a reason of our own."""
    before = camera.counts
    reasons.clear()
    camera.receive(message)

    def done():
        now = camera.counts
        labelled, refused = now.processed - before.processed, now.refused - before.refused
        return labelled + refused == 1 and len(reasons) == refused

    wait_for(done, 'an image to be labelled, or refused with a reason')
    for reason in reasons:
        assert '\n' not in reason and len(reason) < 600
        assert re.match('image dropped: (the|a) [a-z]', reason), reason


@settings(max_examples=250, deadline=None)
@given(message=hostile.with_header(hostile.images()))
def test_any_image_is_labelled_or_dropped_with_a_reason(camera, reasons, message):
    give(camera, reasons, message)


@settings(max_examples=150, deadline=None)
@given(message=hostile.with_header(hostile.compressed_images()))
def test_any_compressed_image_is_labelled_or_dropped_with_a_reason(camera, reasons, message):
    give(camera, reasons, message)


def test_afterwards_a_good_image_has_its_labels(client, camera, drive):
    labels = client.listen('labels')

    def sent():
        camera.receive(image_of(drive(0), 5))
        return client.within(0.2, lambda: labels.has(5))

    client.wait_for(sent, 'the labels')
    assert np.array_equal(pixels_of(labels.wait(5)), drive(0)[..., 0] // 24)
