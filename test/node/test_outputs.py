# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The outputs of a camera: what nobody listens to is not even made, the rest with one copy."""

import cv2
import numpy as np
import pytest
import rclpy
from rclpy.parameter import Parameter
from rclpy.qos import ReliabilityPolicy
from sensor_msgs.msg import CameraInfo, CompressedImage
from std_msgs.msg import Header
from support.bundles import HEIGHT, WIDTH
from support.images import pixels_of

from accel_ros import overlay
from accel_ros.bundle import Bundle
from accel_ros.images import decode_compressed
from accel_ros.node import messages
from accel_ros.node.outputs import Outputs
from accel_ros.pipeline import Frame, Segmentation

TOPICS = ('labels', 'labels/compressed', 'confidence', 'overlay', 'camera_info', 'timing')
LABELS = np.arange(HEIGHT * WIDTH, dtype=np.uint8).reshape(HEIGHT, WIDTH) % 11
RESULT = Segmentation(LABELS, 255 - LABELS, 'key', 'first', 0, None, 0.0, 0.0, blank=False)
FRAME = Frame(np.zeros((HEIGHT, WIDTH, 3), np.uint8), 'rgb8')


class OneCalibration:
    """Gives the calibration of any label image."""

    def of_labels(self, header, image, labels):
        return CameraInfo(header=header, height=labels[0], width=labels[1])


class NoCalibration:
    """Has none that fits."""

    def of_labels(self, header, image, labels):
        return None


@pytest.fixture
def made(monkeypatch):
    """What was made: every message with its encoding or format, and every overlay."""
    made = []

    def noting(module, name, note):
        function = getattr(module, name)

        def wrapped(*arguments):
            made.append(note(*arguments))
            return function(*arguments)

        monkeypatch.setattr(module, name, wrapped)

    noting(messages, 'image', lambda header, encoding, pixels: encoding)
    noting(messages, 'png', lambda header, pixels: 'png')
    noting(overlay, 'overlay', lambda *arguments: 'overlay')
    return made


@pytest.fixture
def outputs(client, bundle):
    outputs = Outputs(client.node, 'camera', Bundle.open(bundle).classes)
    yield outputs
    outputs.close()


def test_an_output_is_made_only_while_somebody_listens(client, bundle, outputs, made):
    def publish():
        made.clear()
        outputs.publish_frame(Header(), FRAME, RESULT, 1.0, OneCalibration())
        return sorted(made)

    assert publish() == []
    heard = client.listen('labels')
    client.wait_for(lambda: publish() == ['mono8'], 'the labels to be heard')
    seen = client.listen('overlay')
    client.wait_for(lambda: publish() == ['mono8', 'overlay', 'rgb8'], 'the overlay to be heard')
    packed = client.listen('labels/compressed', CompressedImage)
    expected = ['mono8', 'overlay', 'png', 'rgb8']
    client.wait_for(lambda: publish() == expected, 'the png to be heard')
    client.wait_for(lambda: seen.messages and heard.messages and packed.messages, 'all three')
    assert np.array_equal(pixels_of(heard.messages[-1]), LABELS)
    colors = overlay.colorize(LABELS, Bundle.open(bundle).classes)
    assert np.array_equal(pixels_of(seen.messages[-1], 'rgb8'), colors)
    client.forget_listeners()
    client.wait_for(lambda: publish() == [], 'the listeners to be gone')


def test_labels_as_png_lose_nothing(client, outputs):
    packed = client.listen('labels/compressed', CompressedImage)
    header = Header(frame_id='camera')

    def publish():
        outputs.publish_frame(header, FRAME, RESULT, 1.0, NoCalibration())
        return packed.messages

    client.wait_for(publish, 'the labels')
    message = packed.messages[0]
    assert message.header == header
    # What image_transport's subscriber takes from the format: before ';' the encoding, and no
    # 'compressed bgr', so that it leaves the values as they are.
    assert message.format == 'mono8; png compressed '
    unchanged = cv2.imdecode(np.frombuffer(message.data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert unchanged.dtype == np.uint8 and np.array_equal(unchanged, LABELS)
    picture = decode_compressed(message.data, message.format)
    assert picture.encoding == 'mono8' and np.array_equal(picture.pixels, LABELS)
    client.forget()


def test_camera_info_comes_with_the_images_header_and_only_if_it_fits(client, outputs):
    heard = client.listen('camera_info', CameraInfo)
    header = Header(frame_id='camera')
    header.stamp.sec = 7

    def publish(calibration):
        outputs.publish_frame(header, FRAME, RESULT, 1.0, calibration)
        return heard.messages

    client.wait_for(lambda: publish(OneCalibration()), 'the calibration')
    assert heard.messages[0] == CameraInfo(header=header, height=HEIGHT, width=WIDTH)
    client.within(0.1, lambda: False)
    heard.messages.clear()
    publish(NoCalibration())
    client.within(0.1, lambda: False)
    assert not heard.messages
    client.forget()


def test_remapping_the_labels_moves_their_png(client, bundle):
    moved = ['--ros-args', '-r', 'camera/segmentation/labels:=/classes']
    node = client.another('segment', cli_args=moved)
    outputs = Outputs(node, 'camera', Bundle.open(bundle).classes)
    for topic in ('/classes', '/classes/compressed'):
        client.wait_for(lambda t=topic: client.node.count_publishers(t), topic)
    outputs.close()


def test_an_override_for_one_topic_is_none_for_the_others(client, bundle):
    name = 'qos_overrides./rear/segmentation/labels.publisher.reliability'
    node = client.another('segment', parameter_overrides=[Parameter(name, value='best_effort')])
    outputs = Outputs(node, 'rear', Bundle.open(bundle).classes)
    for topic in TOPICS:
        topic = f'/rear/segmentation/{topic}'
        client.wait_for(lambda t=topic: client.node.count_publishers(t), topic)
        [info] = client.node.get_publishers_info_by_topic(topic)
        best = topic.endswith('/labels')
        expected = ReliabilityPolicy.BEST_EFFORT if best else ReliabilityPolicy.RELIABLE
        assert info.qos_profile.reliability == expected
    outputs.close()


def test_closing_withdraws_the_topics(client, bundle):
    outputs = Outputs(client.node, 'side', Bundle.open(bundle).classes)
    topics = [f'/side/segmentation/{topic}' for topic in TOPICS]
    client.wait_for(lambda: all(map(client.node.count_publishers, topics)), 'the topics')
    outputs.close()
    client.wait_for(lambda: not any(map(client.node.count_publishers, topics)), 'their end')
    assert rclpy.ok(context=client.node.context)


def test_topics_that_cannot_all_be_advertised_are_all_withdrawn(client, bundle, monkeypatch):
    create = client.node.create_publisher

    def fails_at_the_timing(message_type, topic, *arguments, **options):
        if topic.endswith('timing'):
            raise ValueError('no such reliability')
        return create(message_type, topic, *arguments, **options)

    monkeypatch.setattr(client.node, 'create_publisher', fails_at_the_timing)
    with pytest.raises(ValueError, match='no such reliability'):
        Outputs(client.node, 'back', Bundle.open(bundle).classes)
    topics = [f'/back/segmentation/{topic}' for topic in TOPICS]
    client.wait_for(lambda: not any(map(client.node.count_publishers, topics)), 'their end')
