# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A camera whose images are answered one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from accel_ros.msg import FrameTiming
from support.client import Client
from support.images import image_of


class Stream:
    """A camera of the tiny bundle's scene, and the answers to its images."""

    def __init__(self, client: Client, drive: Callable[[int], np.ndarray]) -> None:
        self.client, self.drive = client, drive
        self.labels, self.timing = client.listen('labels'), client.listen('timing', FrameTiming)
        self.camera = client.camera()
        self.camera.warm_up(drive(0), self.labels, self.timing)
        self.sent = 0

    def play(self, stamp: int, pixels: np.ndarray | None = None) -> Any:
        """Send an image and return its timing, once its labels are here."""
        self.sent += 1
        self.labels.messages.clear()
        self.timing.messages.clear()
        pixels = self.drive(self.sent) if pixels is None else pixels
        self.camera.send(image_of(pixels, stamp))
        assert self.labels.wait(stamp).header.frame_id == 'camera'
        return self.timing.wait(stamp)

    def reasons(self, *stamps: int) -> list[str]:
        """Send images with these stamps; return why each was a keyframe."""
        return [self.play(stamp).keyframe_reason for stamp in stamps]
