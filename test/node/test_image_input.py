# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The subscription to a camera's images, and what it says when none can come."""

import numpy as np
import pytest
from rclpy.parameter import Parameter
from rclpy.qos import ReliabilityPolicy, qos_profile_sensor_data
from sensor_msgs.msg import CompressedImage
from support.client import Client
from support.encodings import blocks
from support.images import image_of, png_of

from accel_ros.images import to_rgb
from accel_ros.node.image_input import ImageInput, decode

RELIABLE = 'qos_overrides./camera/image_raw.subscription.reliability'
RGB = blocks(6, 8)


@pytest.fixture
def listen(client):
    """Listens on a node of its own: gives the input, and lists of its messages and warnings."""
    made = []

    def listen(transport='raw', camera='camera', node=None, **options):
        node = node or client.another('segment', **options)
        messages, warnings = [], []
        made.append(ImageInput(node, camera, transport, messages.append, warnings.append))
        return made[-1], messages, warnings

    yield listen
    for each in made:
        each.close()


def reliable():
    return [Parameter(RELIABLE, value='reliable')]


@pytest.mark.parametrize(
    ('transport', 'make', 'topic'),
    [
        ('raw', image_of, '/camera/image_raw'),
        ('compressed', png_of, '/camera/image_raw/compressed'),
    ],
)
@pytest.mark.parametrize('qos', [10, qos_profile_sensor_data])
def test_images_come_in_the_form_that_was_chosen(client, listen, transport, make, topic, qos):
    source, messages, warnings = listen(transport)
    assert source.topic == topic
    camera = client.camera(qos=qos, make=make)
    client.wait_for(lambda: camera.send(make(RGB, 5)) or messages, 'an image')
    assert np.array_equal(to_rgb(*decode(messages[0])), RGB)
    assert source.obstacle() is None and not warnings
    client.forget()


def test_remapping_moves_both_forms(listen):
    moved = ['--ros-args', '-r', 'camera/image_raw:=/front/image']
    assert listen('raw', cli_args=moved)[0].topic == '/front/image'
    assert listen('compressed', cli_args=moved)[0].topic == '/front/image/compressed'


def test_without_a_publisher_it_says_so_and_where_there_is_one(client, listen):
    source, _, _ = listen('raw')
    assert source.obstacle() == 'nobody publishes on /camera/image_raw'
    client.camera(make=png_of)
    hint = 'but somebody does on /camera/image_raw/compressed: set image_transport to compressed'
    client.wait_for(lambda: hint in source.obstacle(), 'the hint')
    client.forget()
    packed, _, _ = listen('compressed')
    client.camera()
    client.wait_for(lambda: 'set image_transport to raw' in packed.obstacle(), 'the hint')
    client.forget()


def test_a_qos_that_does_not_fit_is_warned_of_until_one_does(client, listen):
    source, messages, warnings = listen(parameter_overrides=reliable())
    client.camera(qos=qos_profile_sensor_data)
    client.wait_for(lambda: warnings, 'the warning')
    assert warnings == [source.obstacle()]
    for part in ('/camera/image_raw does not fit', 'reliab', 'qos_overrides./camera/image_raw'):
        assert part in warnings[0]
    other = client.camera(qos=10)
    client.wait_for(lambda: source.obstacle() is None, 'the other camera')
    client.wait_for(lambda: other.send(image_of(RGB, 5)) or messages, 'its image')
    client.forget()


def test_another_type_on_the_topic_is_named(client, listen):
    source, _, _ = listen()
    other = Client()  # within one participant, Fast DDS allows a topic only one type
    other.node.create_publisher(CompressedImage, '/camera/image_raw', 1)
    expected = 'carries sensor_msgs/msg/CompressedImage and has to carry sensor_msgs/msg/Image'
    client.wait_for(lambda: expected in source.obstacle(), 'the reason')
    other.close()


def test_an_override_for_one_camera_is_none_for_the_next(client, listen):
    node = client.another('segment', parameter_overrides=reliable())
    listen(node=node), listen(node=node, camera='rear')
    expected = {
        '/camera/image_raw': ReliabilityPolicy.RELIABLE,
        '/rear/image_raw': ReliabilityPolicy.BEST_EFFORT,
    }
    for topic, reliability in expected.items():
        client.wait_for(lambda t=topic: client.node.count_subscribers(t), topic)
        [info] = client.node.get_subscriptions_info_by_topic(topic)
        assert info.qos_profile.reliability == reliability


def test_the_depth_is_one_unless_it_is_overridden(listen):
    source, _, _ = listen()
    assert source._subscription.qos_profile.depth == 1
    deeper = Parameter('qos_overrides./camera/image_raw.subscription.depth', value=3)
    source, _, _ = listen(parameter_overrides=[deeper])
    assert source._subscription.qos_profile.depth == 3
