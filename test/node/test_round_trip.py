# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Images over DDS to a node in another process, and back: the labels are the pipeline's own."""

import time

import numpy as np
import pytest
from accel_ros.msg import FrameTiming
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import CameraInfo
from support.bundles import HEIGHT, WIDTH
from support.encodings import message
from support.images import SECOND, image_of, image_with, pixels_of
from support.node import running

from accel_ros.bundle import Bundle
from accel_ros.engines import open_engine
from accel_ros.images import ENCODINGS, decode
from accel_ros.overlay import overlay
from accel_ros.pipeline import Frame, Pipeline

INTERVAL = 3
START = 1_700_000_000 * SECOND + 123_456_789
STEP = 40_000_000


@pytest.fixture(scope='module')
def client(domain, bundle, tmp_path_factory):
    """An active node with one camera, and its client."""
    parameters = {
        'bundle': str(bundle),
        'autostart': True,
        'keyframe_interval': INTERVAL,
        'overlay_opacity': 0.3,
        'qos_overrides./camera/image_raw.subscription.reliability': 'reliable',
    }
    with running(tmp_path_factory.mktemp('node'), parameters) as (_, client):
        client.until_active()
        yield client


@pytest.fixture(autouse=True)
def forget(client):
    """No test hears another one's camera."""
    yield
    client.forget()


@pytest.fixture
def twin(bundle):
    """The same pipeline in this process."""
    opened = Bundle.open(bundle)
    engine = open_engine(opened)
    yield Pipeline(opened, engine, INTERVAL)
    engine.close()


def test_every_label_is_the_pipelines_own(client, twin, bundle, drive):
    camera = client.camera()
    listeners = [
        client.listen('labels'),
        client.listen('confidence', qos=qos_profile_sensor_data),
        client.listen('overlay'),
        client.listen('timing', FrameTiming),
    ]
    camera.warm_up(drive(0), *listeners)
    classes, timings = Bundle.open(bundle).classes, []
    for n in range(8):
        stamp = START + n * STEP
        sent = image_of(drive(n), stamp, frame_id='front/optical frame')
        camera.send(sent)
        labels, confidence, picture, timing = (listener.wait(stamp) for listener in listeners)
        for answer in (labels, confidence, picture, timing):
            assert answer.header == sent.header
        own = twin.process(Frame(drive(n), 'rgb8', stamp))
        assert np.array_equal(pixels_of(labels), own.labels)
        assert np.array_equal(pixels_of(confidence), own.confidence)
        expected = overlay(drive(n), 'rgb8', own.labels, classes, opacity=0.3)
        assert np.array_equal(pixels_of(picture, 'rgb8'), expected)
        check_timing(timing, own, n)
        timings.append(timing)
    assert [len(listener.messages) for listener in listeners] == [8] * 4
    assert np.ptp([timing.received - n for n, timing in enumerate(timings)]) == 0
    assert np.ptp([timing.dropped for timing in timings]) == 0


def check_timing(timing, own, n):
    assert timing.kind == own.kind == ('update' if n % INTERVAL else 'key')
    assert timing.keyframe_reason == ('' if n % INTERVAL else 'interval' if n else 'gap')
    assert timing.frames_since_keyframe == n % INTERVAL
    assert timing.keyframe_interval == INTERVAL
    if own.drift is None:
        assert np.isnan(timing.drift)
    else:
        assert timing.drift == pytest.approx(own.drift)
    parts = (timing.wait_ms, timing.convert_ms, timing.infer_ms, timing.publish_ms)
    assert min(parts) > 0
    assert sum(parts) <= timing.total_ms * 1.0001
    assert timing.received == timing.processed + timing.dropped


def test_the_age_is_the_time_since_the_stamp(client, drive):
    camera = client.camera()
    timing = client.listen('timing', FrameTiming)
    camera.warm_up(drive(0), timing)
    sent_at = time.time_ns()
    camera.send(image_of(drive(1), sent_at))
    age_ms = timing.wait(sent_at).age_ms
    assert 0 < age_ms <= (time.time_ns() - sent_at) / 1e6


def test_a_live_interval_holds_from_the_next_frame_on(client, drive):
    camera = client.camera()
    timing = client.listen('timing', FrameTiming)
    camera.warm_up(drive(0), timing)
    changes = {3: 1, 6: 100, 8: INTERVAL}
    answers = []
    for n in range(9):
        if n in changes:
            assert client.set('keyframe_interval', changes[n]) == ''
        stamp = START + n * STEP
        camera.send(image_of(drive(n), stamp))
        answer = timing.wait(stamp)
        answers.append((answer.kind, answer.keyframe_interval))
    assert answers[3:8] == [('key', 1)] * 3 + [('update', 100)] * 2
    assert answers[8] == ('key', INTERVAL)


@pytest.mark.parametrize('size', [(HEIGHT * 2, WIDTH * 3), (37, 51)])
def test_labels_follow_the_size_of_the_image_in_mid_stream(client, twin, drive, size):
    camera = client.camera()
    labels = client.listen('labels')
    timing = client.listen('timing', FrameTiming)
    camera.warm_up(drive(0), labels, timing)
    other = np.random.default_rng(3).integers(0, 256, (*size, 4), np.uint8)
    for n, (pixels, encoding) in enumerate(
        [(drive(0), 'rgb8'), (other, 'bgra8'), (other, 'bgra8'), (drive(3), 'rgb8')]
    ):
        stamp = START + n * STEP
        camera.send(image_of(pixels, stamp, encoding))
        own = twin.process(Frame(pixels, encoding, stamp))
        assert np.array_equal(pixels_of(labels.wait(stamp)), own.labels)
        assert own.labels.shape == pixels.shape[:2]
        expected = ('gap', 'size', '', 'size')[n]
        assert timing.wait(stamp).keyframe_reason == expected


def test_every_encoding_with_padding_in_either_byte_order(client, twin, drive):
    camera = client.camera()
    labels = client.listen('labels')
    camera.warm_up(drive(0), labels)
    sent = [(name, n % 2 == 0) for n, name in enumerate([*ENCODINGS, 'mono16'])]
    for n, (encoding, big_endian) in enumerate(sent):
        stamp = START + n * STEP
        image = image_with(message(drive(n), encoding, 7, big_endian), stamp)
        camera.send(image)
        own = twin.process(Frame(*decode(image), stamp))
        assert np.array_equal(pixels_of(labels.wait(stamp)), own.labels), encoding


def test_the_size_of_the_labels_changes_live_and_camera_info_with_it(client, twin, drive):
    camera = client.camera()
    listeners = [
        client.listen('labels'),
        client.listen('confidence'),
        client.listen('overlay'),
        client.listen('camera_info', CameraInfo),
    ]
    calibration = client.node.create_publisher(CameraInfo, '/camera/camera_info', 10)
    client.wait_for(calibration.get_subscription_count, 'the node to subscribe')
    big = drive(0).repeat(2, 0).repeat(2, 1)
    info = CameraInfo(height=2 * HEIGHT, width=2 * WIDTH, k=[50.0, 0, 31, 0, 50.0, 23, 0, 0, 1.0])
    calibration.publish(info)
    camera.warm_up(big, *listeners)
    for n, label_size in enumerate(('network', 'image', 'network', 'image')):
        assert client.set('label_size', label_size) == ''
        twin.label_size = label_size
        stamp = START + n * STEP
        image = image_of(big, stamp, frame_id='optical')
        camera.send(image)
        own = twin.process(Frame(big, 'rgb8', stamp))
        labels, confidence, picture, result = (each.wait(stamp) for each in listeners)
        assert np.array_equal(pixels_of(labels), own.labels)
        assert np.array_equal(pixels_of(confidence), own.confidence)
        assert (picture.height, picture.width) == (2 * HEIGHT, 2 * WIDTH)
        assert result.header == image.header
        assert (result.height, result.width) == own.labels.shape
        assert result.k[0] == (25.0 if label_size == 'network' else 50.0)
        assert own.labels.shape[0] == (HEIGHT if label_size == 'network' else 2 * HEIGHT)
    client.node.destroy_publisher(calibration)
