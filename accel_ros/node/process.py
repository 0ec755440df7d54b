# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The process around the node: start, run until stopped, leave nothing behind."""

from __future__ import annotations

from collections.abc import Sequence

import rclpy
from rclpy.exceptions import NameValidationException, ParameterException
from rclpy.executors import ExternalShutdownException
from rclpy.logging import get_logger

from accel_ros.errors import one_line
from accel_ros.node.memory import keep_image_buffers
from accel_ros.node.segment_node import SegmentNode


def run(args: Sequence[str] | None = None) -> int:
    """Run the node until an interrupt or a ROS shutdown; returns the exit status."""
    keep_image_buffers()
    try:
        rclpy.init(args=None if args is None else list(args))
        node = SegmentNode()
    except (ParameterException, NameValidationException, RuntimeError) as error:
        # RuntimeError: what rclpy raises for arguments and parameter files that it cannot read.
        get_logger('segment').fatal(f'not started: {one_line(error)}')
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
