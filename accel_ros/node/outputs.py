# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What a camera's frames become on the outside: the topics under N/segmentation."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from accel_ros import overlay, timing
from accel_ros.classes import ClassTable
from accel_ros.msg import FrameTiming
from accel_ros.node import messages
from accel_ros.pipeline import Frame, Segmentation

# Reliable serves reliable and best-effort subscribers; a slow one loses old frames only.
QOS = QoSProfile(history=HistoryPolicy.KEEP_LAST, depth=5, reliability=ReliabilityPolicy.RELIABLE)


class Outputs:
    """The publishers of one camera. Nothing is made for a topic that nobody listens to."""

    def __init__(self, node: Node, camera: str, classes: ClassTable) -> None:
        """Advertise the camera's topics."""
        self._node = node
        self._classes = classes
        self._publishers: list[Publisher[Any]] = []
        try:
            self._labels = self._advertise(Image, f'{camera}/segmentation/labels')
            self._confidence = self._advertise(Image, f'{camera}/segmentation/confidence')
            self._overlay = self._advertise(Image, f'{camera}/segmentation/overlay')
            self._timing = self._advertise(FrameTiming, f'{camera}/segmentation/timing')
        except Exception:  # such as a QoS override that does not exist
            self.close()
            raise

    def _advertise(self, message_type: Any, topic: str) -> Publisher[Any]:
        overrides = QoSOverridingOptions.with_default_policies()
        publisher = self._node.create_publisher(
            message_type, topic, QOS, qos_overriding_options=overrides
        )
        self._publishers.append(publisher)
        return publisher

    def publish_frame(
        self, header: Header, frame: Frame, result: Segmentation, opacity: float
    ) -> None:
        """Publish labels, confidence and overlay, each with the image's own header."""
        self._publish_image(self._labels, header, 'mono8', result.labels)
        self._publish_image(self._confidence, header, 'mono8', result.confidence)
        if _heard(self._overlay):
            picture = overlay.overlay(
                frame.image, frame.encoding, result.labels, self._classes, opacity
            )
            self._publish_image(self._overlay, header, 'rgb8', picture)

    def publish_timing(self, header: Header, values: timing.FrameTiming) -> None:
        """Publish what the frame cost."""
        if _heard(self._timing):
            self._timing.publish(messages.frame_timing(header, values))

    def close(self) -> None:
        """Withdraw the topics."""
        for publisher in self._publishers:
            self._node.destroy_publisher(publisher)
        self._publishers.clear()

    @staticmethod
    def _publish_image(
        publisher: Publisher[Any], header: Header, encoding: str, pixels: npt.NDArray[np.uint8]
    ) -> None:
        if _heard(publisher):
            publisher.publish(messages.image(header, encoding, pixels))


def _heard(publisher: Publisher[Any]) -> bool:
    return publisher.get_subscription_count() > 0
