# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The process around the node: start, run until stopped, leave nothing behind."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence

import rclpy
from rclpy.exceptions import InvalidHandle, NameValidationException, ParameterException
from rclpy.executors import Executor
from rclpy.logging import get_logger
from rclpy.signals import SignalHandlerOptions

from accel_ros.errors import one_line
from accel_ros.node.complaints import Complaints, describe
from accel_ros.node.executor import SideExecutor
from accel_ros.node.log import forward_logging
from accel_ros.node.memory import keep_image_buffers
from accel_ros.node.segment_node import SegmentNode

SIGNAL_CHECK_S = 0.2


def run(args: Sequence[str] | None = None) -> int:
    """Run the node until SIGINT or SIGTERM; returns the exit status."""
    keep_image_buffers()
    stopped = _until_signal()
    try:
        # Our own handlers: rclpy's would take ROS away from workers that are still publishing.
        rclpy.init(
            args=None if args is None else list(args),
            signal_handler_options=SignalHandlerOptions.NO,
        )
        node = SegmentNode()
    except (ParameterException, NameValidationException, RuntimeError) as error:
        # RuntimeError: what rclpy raises for arguments and parameter files that it cannot read.
        get_logger('segment').fatal(f'not started: {one_line(error)}')
        rclpy.try_shutdown()
        return 1
    executor = SideExecutor()
    lines = forward_logging(node.get_logger())
    executor.add_node(node)
    try:
        _spin(executor, stopped)
    finally:
        node.close()
        executor.shutdown()
        node.destroy_node()
        lines.close()
        rclpy.try_shutdown()
    return 0


def _spin(executor: Executor, stopped: threading.Event) -> None:
    """Execute callbacks; an error in one of them does not end the node."""
    complaints = Complaints()
    while rclpy.ok() and not stopped.is_set():
        try:
            executor.spin_once(timeout_sec=SIGNAL_CHECK_S)
        except InvalidHandle:
            continue  # a transition has destroyed what the executor was about to look at
        except Exception as error:
            line = complaints.hear(f'an error was left over: {describe(error)}')
            if line:
                get_logger('segment').error(line)


def _until_signal() -> threading.Event:
    """Return an event that the first signal sets; a second one ends a process that hangs."""
    stopped = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)

    def stop(_: int, __: object) -> None:
        stopped.set()
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)

    for number in numbers:
        signal.signal(number, stop)
    return stopped
