# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The outputs of a camera: what nobody listens to is not even made."""

import numpy as np
import pytest
import rclpy
from std_msgs.msg import Header
from support.bundles import HEIGHT, WIDTH
from support.images import pixels_of

from accel_ros import overlay
from accel_ros.bundle import Bundle
from accel_ros.node import messages
from accel_ros.node.outputs import Outputs
from accel_ros.pipeline import Frame, Segmentation


@pytest.fixture
def made(monkeypatch):
    """Every encoding of which an image message was made, and every overlay."""
    made = []

    def noting(function, note):
        def wrapped(*arguments):
            made.append(note(arguments))
            return function(*arguments)

        return wrapped

    monkeypatch.setattr(messages, 'image', noting(messages.image, lambda given: given[1]))
    monkeypatch.setattr(overlay, 'overlay', noting(overlay.overlay, lambda given: 'overlay'))
    return made


def test_an_output_is_made_only_while_somebody_listens(client, bundle, made):
    outputs = Outputs(client.node, 'camera', Bundle.open(bundle).classes)
    labels = np.arange(HEIGHT * WIDTH, dtype=np.uint8).reshape(HEIGHT, WIDTH) % 11
    frame = Frame(np.zeros((HEIGHT, WIDTH, 3), np.uint8), 'rgb8')
    result = Segmentation(labels, 255 - labels, 'key', 'first', 0, None, 0.0, 0.0)

    def publish():
        made.clear()
        outputs.publish_frame(Header(), frame, result, 1.0)
        return sorted(made)

    assert publish() == []
    heard = client.listen('labels')
    client.wait_for(lambda: publish() == ['mono8'], 'the labels to be heard')
    seen = client.listen('overlay')
    client.wait_for(lambda: publish() == ['mono8', 'overlay', 'rgb8'], 'the overlay to be heard')
    client.wait_for(lambda: seen.messages and heard.messages, 'both')
    assert np.array_equal(pixels_of(heard.messages[-1]), labels)
    colors = overlay.colorize(labels, Bundle.open(bundle).classes)
    assert np.array_equal(pixels_of(seen.messages[-1], 'rgb8'), colors)
    client.forget_listeners()
    client.wait_for(lambda: publish() == [], 'the listeners to be gone')
    outputs.close()


def test_closing_withdraws_the_topics(client, bundle):
    outputs = Outputs(client.node, 'side', Bundle.open(bundle).classes)
    topics = [f'/side/segmentation/{t}' for t in ('labels', 'confidence', 'overlay', 'timing')]
    client.wait_for(lambda: all(map(client.node.count_publishers, topics)), 'the topics')
    outputs.close()
    client.wait_for(lambda: not any(map(client.node.count_publishers, topics)), 'their end')
    assert rclpy.ok(context=client.node.context)


def test_topics_that_cannot_all_be_advertised_are_all_withdrawn(client, bundle, monkeypatch):
    create = client.node.create_publisher

    def fails_at_the_overlay(message_type, topic, *arguments, **options):
        if topic.endswith('overlay'):
            raise ValueError('no such reliability')
        return create(message_type, topic, *arguments, **options)

    monkeypatch.setattr(client.node, 'create_publisher', fails_at_the_overlay)
    with pytest.raises(ValueError, match='no such reliability'):
        Outputs(client.node, 'back', Bundle.open(bundle).classes)
    topics = [f'/back/segmentation/{t}' for t in ('labels', 'confidence', 'overlay', 'timing')]
    client.wait_for(lambda: not any(map(client.node.count_publishers, topics)), 'their end')
