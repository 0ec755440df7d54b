# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What a camera's frames become on the outside: the topics under N/segmentation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile
from rclpy.qos_overriding_options import QoSOverridingOptions
from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from std_msgs.msg import Header

from accel_ros import overlay, timing
from accel_ros.classes import ClassTable
from accel_ros.msg import FrameTiming
from accel_ros.node import label_info, messages, qos
from accel_ros.node.camera_info import Calibration
from accel_ros.pipeline import Frame, Segmentation


class Outputs:
    """The publishers of one camera. Nothing is made for a topic that nobody listens to."""

    def __init__(self, node: Node, camera: str, classes: ClassTable) -> None:
        """Advertise the camera's topics, and say what the label values mean."""
        self._node = node
        self._classes = classes
        self._publishers: list[Publisher[Any]] = []
        topics = f'{camera}/segmentation'
        try:
            self._labels = self._advertise(Image, f'{topics}/labels')
            # As image_transport does it: whoever remaps the labels moves their png, too.
            packed = node.resolve_topic_name(f'{topics}/labels') + '/compressed'
            self._packed_labels = self._advertise(CompressedImage, packed)
            self._confidence = self._advertise(Image, f'{topics}/confidence')
            self._overlay = self._advertise(Image, f'{topics}/overlay')
            self._camera_info = self._advertise(CameraInfo, f'{topics}/camera_info')
            self._timing = self._advertise(FrameTiming, f'{topics}/timing')
            self._explain_labels(f'{topics}/label_info')
        except Exception:  # such as a QoS override that does not exist
            self.close()
            raise

    def publish_frame(
        self,
        header: Header,
        frame: Frame,
        result: Segmentation,
        opacity: float,
        calibration: Calibration,
    ) -> None:
        """Publish all that a frame becomes, each with the image's own header."""

        def coloured() -> Image:
            picture = overlay.overlay(
                frame.image, frame.encoding, result.labels, self._classes, opacity
            )
            return messages.image(header, 'rgb8', picture)

        height, width = result.labels.shape
        _publish(self._labels, lambda: messages.image(header, 'mono8', result.labels))
        _publish(self._packed_labels, lambda: messages.png(header, result.labels))
        _publish(self._confidence, lambda: messages.image(header, 'mono8', result.confidence))
        _publish(self._overlay, coloured)
        _publish(
            self._camera_info,
            lambda: calibration.of_labels(header, frame.size, (height, width)),
        )

    def publish_timing(self, header: Header, values: timing.FrameTiming) -> None:
        """Publish what the frame cost."""
        _publish(self._timing, lambda: messages.frame_timing(header, values))

    def close(self) -> None:
        """Withdraw the topics."""
        for publisher in self._publishers:
            self._node.destroy_publisher(publisher)
        self._publishers.clear()

    def _advertise(
        self, message_type: Any, topic: str, profile: QoSProfile | None = None
    ) -> Publisher[Any]:
        publisher = self._node.create_publisher(
            message_type,
            topic,
            profile or qos.results(),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )
        self._publishers.append(publisher)
        return publisher

    def _explain_labels(self, topic: str) -> None:
        kind = label_info.message_type()
        if kind is None:
            self._node.get_logger().info(
                'label_info is not published: vision_msgs is not installed', once=True
            )
            return
        header = Header(stamp=self._node.get_clock().now().to_msg())
        publisher = self._advertise(kind, topic, qos.latched())
        publisher.publish(label_info.label_info(header, self._classes))


def _publish(publisher: Publisher[Any], make: Callable[[], Any]) -> None:
    """Make and publish a message while somebody listens; `make` may find that there is none."""
    if publisher.get_subscription_count() > 0:
        message = make()
        if message is not None:
            publisher.publish(message)
