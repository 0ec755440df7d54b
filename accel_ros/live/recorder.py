# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Records what a node makes of a camera's images: labels by stamp, and timing."""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path

import cv2
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import Image

from accel_ros import images
from accel_ros.live.environment import prepare
from accel_ros.msg import FrameTiming
from accel_ros.node.messages import stamp_ns
from accel_ros.node.signals import until_signal
from accel_ros.replay.live import FIELDS, LABELS, TIMING

EVERYTHING = QoSProfile(
    history=HistoryPolicy.KEEP_LAST, depth=100, reliability=ReliabilityPolicy.RELIABLE
)
LOOK_S = 0.1
DRAIN_S = 1.0


def record(camera: str, folder: Path) -> int:
    """Record until a signal; returns how many images got labels.

    What has been sent until then is still taken. An earlier recording in the folder is replaced.
    Raises OSError.
    """
    prepare()
    stopped = until_signal()
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    try:
        recorder = Recorder(camera, folder)
        executor = SingleThreadedExecutor()
        executor.add_node(recorder)
        while not stopped.is_set():
            executor.spin_once(LOOK_S)
        end = time.monotonic() + DRAIN_S
        while time.monotonic() < end:
            executor.spin_once(LOOK_S)
        executor.shutdown()
        recorder.close()
        return recorder.labelled
    finally:
        rclpy.try_shutdown()


class Recorder(Node):
    """Writes every message as it comes."""

    def __init__(self, camera: str, folder: Path) -> None:
        """Subscribe to the camera's labels and timing."""
        super().__init__('segmentation_recorder')
        (folder / LABELS).mkdir(parents=True, exist_ok=True)
        for file in (folder / LABELS).iterdir():
            if re.fullmatch(r'[0-9]+\.png', file.name):
                file.unlink()
        self._folder = folder
        self._file = (folder / TIMING).open('w', newline='', encoding='utf-8', buffering=1)
        self._rows = csv.writer(self._file)
        self._rows.writerow(FIELDS)
        self.labelled = 0
        topics = f'{camera}/segmentation'
        self.create_subscription(Image, f'{topics}/labels', self._keep_labels, EVERYTHING)
        self.create_subscription(FrameTiming, f'{topics}/timing', self._keep_timing, EVERYTHING)

    def close(self) -> None:
        """Finish the files."""
        self._file.close()
        self.destroy_node()

    def _keep_labels(self, message: Image) -> None:
        file = self._folder / LABELS / f'{stamp_ns(message.header)}.png'
        if not file.exists():  # of a bag that is played in a loop, the first lap counts
            good, packed = cv2.imencode('.png', images.decode(message).pixels)
            assert good, 'an 8-bit image always fits a PNG'
            file.write_bytes(packed.tobytes())
            self.labelled += 1

    def _keep_timing(self, message: FrameTiming) -> None:
        values = {name: getattr(message, name) for name in FIELDS if name != 'stamp_ns'}
        values['stamp_ns'] = stamp_ns(message.header)
        self._rows.writerow([values[name] for name in FIELDS])
