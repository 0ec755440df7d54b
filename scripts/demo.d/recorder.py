# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The third role: hears what the node publishes and keeps it by the stamp of its image."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import rclpy
from accel_ros.msg import FrameTiming
from children import Child
from lifecycle_msgs.srv import GetState
from rclpy.client import Client
from rclpy.executors import SingleThreadedExecutor
from sensor_msgs.msg import Image
from tqdm import tqdm

from accel_ros import images
from accel_ros.node.memory import keep_image_buffers
from accel_ros.node.messages import stamp_ns

OUTPUTS = '/camera/segmentation'
START_S = 60.0
DRAIN_S = 2.0


@dataclass
class Answer:
    """What came back for one image."""

    labels: np.ndarray | None = None  # u8 [h,w]
    overlay: np.ndarray | None = None  # rgb8, u8 [h,w,3]
    timing: FrameTiming | None = None
    labels_at_ns: int = 0  # when the labels were here, by the clock of the stamps


class Recorder:
    """Subscribes to the node's outputs; `answers` has all of them by stamp (nanoseconds)."""

    def __init__(self) -> None:
        """Join the domain and subscribe."""
        keep_image_buffers()
        self.answers: dict[int, Answer] = {}
        rclpy.init(signal_handler_options=rclpy.SignalHandlerOptions.NO)
        self._node = rclpy.create_node('recorder')
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self._node)
        self._get_state: Client[GetState.Request, GetState.Response] = self._node.create_client(
            GetState, '/segment/get_state'
        )
        for kind, topic, keep in (
            (Image, 'labels', self._keep_labels),
            (Image, 'overlay', self._keep_overlay),
            (FrameTiming, 'timing', self._keep_timing),
        ):
            self._node.create_subscription(kind, f'{OUTPUTS}/{topic}', keep, 10)

    def close(self) -> None:
        """Leave the domain."""
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.try_shutdown()

    def until_active(self, node: Child) -> None:
        """Wait until the node has started; raises AccelError with its words where it cannot."""
        end = time.monotonic() + START_S
        while self._state(node) != 'active':
            if 'not configured' in node.log:
                raise node.failure('could not start')
            if time.monotonic() > end:
                raise node.failure(f'was not active within {START_S:g} s')
        self._spin(node, 1.0, lambda: False)  # every connection stands

    def record(self, camera: Child, node: Child, frames: int, seconds: float) -> None:
        """Listen until the camera, which plays for so long, has ended and nothing more comes."""
        with tqdm(total=frames, desc='labelled', unit='frame', disable=None, leave=False) as bar:

            def ended() -> bool:
                bar.update(len(self.answers) - bar.n)
                camera.check()
                return not camera.running

            self._spin(node, seconds + START_S, ended)
            if camera.running:
                raise camera.failure(f'was not done {START_S:g} s after its time')
            self._spin(node, DRAIN_S, lambda: False)

    def _state(self, node: Child) -> str:
        if not self._get_state.service_is_ready():
            self._spin(node, 0.1, lambda: False)
            return ''
        answer = self._get_state.call_async(GetState.Request())
        self._spin(node, 1.0, answer.done)
        result = answer.result() if answer.done() else None
        if result is None:
            self._get_state.remove_pending_request(answer)
        return result.current_state.label if result else ''

    def _spin(self, node: Child, seconds: float, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not condition():
            node.check()
            self._executor.spin_once(0.05)

    def _answer(self, message: Image | FrameTiming) -> Answer:
        return self.answers.setdefault(stamp_ns(message.header), Answer())

    def _keep_labels(self, message: Image) -> None:
        answer = self._answer(message)
        answer.labels_at_ns = self._node.get_clock().now().nanoseconds
        answer.labels = images.decode(message).pixels

    def _keep_overlay(self, message: Image) -> None:
        self._answer(message).overlay = images.decode(message).pixels

    def _keep_timing(self, message: FrameTiming) -> None:
        self._answer(message).timing = message
