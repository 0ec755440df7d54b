# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The least that any Python node has to do: take an image in, send labels of its size out."""

from __future__ import annotations

import contextlib
import sys
from array import array

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from sensor_msgs.msg import Image

from accel_ros.node import qos
from accel_ros.node.memory import keep_image_buffers


class Relay(Node):
    """Answers every image on NAME/image_raw with the same labels and the image's header."""

    def __init__(self, name: str, height: int, width: int) -> None:
        """Make the labels once: from then on only their header changes."""
        super().__init__(name)
        self._labels = Image(height=height, width=width, step=width, encoding='mono8')
        self._labels.data = array('B', bytes(height * width))
        topic = f'{name}/segmentation/labels'
        self._publisher = self.create_publisher(Image, topic, qos.results())
        self.create_subscription(Image, f'{name}/image_raw', self._answer, qos.newest_only())

    def _answer(self, message: Image) -> None:
        self._labels.header = message.header
        self._publisher.publish(self._labels)


def main(name: str, height: str, width: str) -> None:
    """Answer until the process is stopped."""
    keep_image_buffers()
    rclpy.init()
    with contextlib.suppress(ExternalShutdownException):
        rclpy.spin(Relay(name, int(height), int(width)))


if __name__ == '__main__':
    main(*sys.argv[1:])
