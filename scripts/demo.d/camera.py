# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A camera that plays a clip: python camera.py CLIP RATE FRAMES SENT

Publishes bgr8 images on /camera/image_raw at its rate, whether or not anybody keeps up with it,
and writes the stamp of every image (nanoseconds) to the file SENT.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import islice
from pathlib import Path

import rclpy
from rclpy.node import Node
from rclpy.publisher import Publisher
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from accel_ros.node import messages
from accel_ros.node.memory import keep_image_buffers
from accel_ros.sources import open_source

TOPIC = '/camera/image_raw'
FRAME_ID = 'camera_optical_frame'
PATIENCE_S = 20.0
SETTLE_S = 0.5


def main(clip: str, rate: str, frames: str, sent: str) -> None:
    """Play the clip once somebody listens."""
    keep_image_buffers()
    rclpy.init()
    node = Node('clip_camera')
    publisher = node.create_publisher(Image, TOPIC, 5)
    wait_for_listener(publisher)
    stamps = play(node, publisher, clip, float(rate), int(frames))
    Path(sent).write_text(json.dumps(stamps))
    node.destroy_node()
    rclpy.shutdown()


def wait_for_listener(publisher: Publisher[Image]) -> None:
    """Wait for the node's subscription."""
    end = time.monotonic() + PATIENCE_S
    while not publisher.get_subscription_count():
        if time.monotonic() > end:
            raise SystemExit(f'nobody subscribed to {TOPIC} within {PATIENCE_S:g} s')
        time.sleep(0.05)
    time.sleep(SETTLE_S)  # the other side may see the connection a little later


def play(
    node: Node, publisher: Publisher[Image], clip: str, rate: float, frames: int
) -> list[int]:
    """Publish each frame at its time; returns the stamps."""
    stamps: list[int] = []
    start = 0.0
    for index, frame in enumerate(islice(open_source(clip), frames)):
        start = start or time.monotonic()  # once the first frame is decoded
        time.sleep(max(0.0, start + index / rate - time.monotonic()))
        header = Header(stamp=node.get_clock().now().to_msg(), frame_id=FRAME_ID)
        publisher.publish(messages.image(header, frame.encoding, frame.image))
        stamps.append(messages.stamp_ns(header))
    return stamps


if __name__ == '__main__':
    main(*sys.argv[1:])
