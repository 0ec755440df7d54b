# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A camera's images: the subscription, raw or compressed, and what keeps images from coming."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from rclpy.node import Node
from rclpy.qos import QoSCompatibility, qos_check_compatible
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.topic_endpoint_info import TopicEndpointInfo
from sensor_msgs.msg import CompressedImage, Image

from accel_ros import images
from accel_ros.images import Picture
from accel_ros.node import bridge, qos

try:
    from rclpy.event_handler import SubscriptionEventCallbacks
except ImportError:  # Humble
    from rclpy.qos_event import SubscriptionEventCallbacks

ImageMessage: TypeAlias = Image | CompressedImage
COMPRESSED = '/compressed'  # after the topic's own name, as image_transport has it


class ImageInput:
    """Listens to N/image_raw, or to N/image_raw/compressed, until it is closed.

    Like image_transport, it adds the second part after remapping: whoever remaps N/image_raw
    moves both.
    """

    def __init__(
        self,
        node: Node,
        camera: str,
        transport: str,
        receive: Callable[[ImageMessage], None],
        warn: Callable[[str], object],
    ) -> None:
        """Subscribe; `receive` gets every message, `warn` a line when a publisher does not fit."""
        self._node = node
        self._warn = warn
        self._base = node.resolve_topic_name(f'{camera}/image_raw')
        compressed = transport == 'compressed'
        self.topic = self._base + COMPRESSED if compressed else self._base
        self._subscription = node.create_subscription(
            CompressedImage if compressed else Image,
            self.topic,
            receive,
            qos.newest_only(),
            event_callbacks=SubscriptionEventCallbacks(incompatible_qos=self._on_incompatible),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )

    def obstacle(self) -> str | None:
        """Return why no image can come, as far as the topic's publishers show it, or None."""
        publishers = self._node.get_publishers_info_by_topic(self.topic)
        if not publishers:
            return f'nobody publishes on {self.topic}{self._elsewhere()}'
        faults = [self._fault(publisher) for publisher in publishers]
        return faults[0] if all(faults) else None

    def close(self) -> None:
        """Stop listening."""
        self._node.destroy_subscription(self._subscription)

    def _elsewhere(self) -> str:
        other, transport = (self._base + COMPRESSED, 'compressed')
        if self.topic == other:
            other, transport = (self._base, 'raw')
        if not self._node.count_publishers(other):
            return ''
        return f', but somebody does on {other}: set image_transport to {transport}'

    def _fault(self, publisher: TopicEndpointInfo) -> str | None:
        kind = 'sensor_msgs/msg/' + self._subscription.msg_type.__name__
        if publisher.topic_type != kind:
            return f'{self.topic} carries {publisher.topic_type} and has to carry {kind}'
        fit, reason = qos_check_compatible(publisher.qos_profile, self._subscription.qos_profile)
        if fit != QoSCompatibility.ERROR:
            return None
        return (
            f'the QoS of {self.topic} does not fit: {reason.strip().rstrip(";")}; change the '
            f"camera's, or qos_overrides.{self.topic}.subscription"
        )

    def _on_incompatible(self, _: Any) -> None:
        self._warn(
            self.obstacle() or f'one more publisher on {self.topic} has a QoS that does not fit'
        )


def decode(message: ImageMessage) -> Picture:
    """Return the image that a message holds. Raises ImageError."""
    if isinstance(message, CompressedImage):
        return images.decode_compressed(message.data, message.format)
    return bridge.decode(message)
