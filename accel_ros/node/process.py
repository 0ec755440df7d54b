# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The process around the node: start, run until stopped, leave nothing behind."""

from __future__ import annotations

from collections.abc import Sequence

import rclpy
from rclpy.exceptions import ParameterException
from rclpy.executors import ExternalShutdownException
from rclpy.logging import get_logger

from accel_ros.errors import one_line
from accel_ros.node.memory import keep_image_buffers
from accel_ros.node.segment_node import SegmentNode


def run(args: Sequence[str] | None) -> int:
    """Run the node until an interrupt or a ROS shutdown; returns the exit status."""
    keep_image_buffers()
    rclpy.init(args=args)
    try:
        node = SegmentNode()
    except ParameterException as error:
        get_logger('segment_node').fatal(f'not started: {one_line(error)}')
        rclpy.try_shutdown()
        return 1
    try:
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        node.close()
        node.destroy_node()
        rclpy.try_shutdown()
    return 0
