# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The node with an engine that costs nothing: python null_node.py HEIGHT WIDTH MS --ros-args ...

HEIGHT and WIDTH are the network's; the answer is always the same, and comes after MS milliseconds.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from accel_ros.classes import ClassTable
from accel_ros.engines.protocol import Prediction
from accel_ros.node import main, segment_node

CLASSES = Path(__file__).resolve().parents[2] / 'config' / 'classes' / 'camvid.yaml'


class NullEngine:
    """An engine and its only stream."""

    name = 'null'
    description = 'nothing runs'

    def __init__(self, height: int, width: int, ms: int) -> None:
        """Make the answer."""
        self._seconds = ms / 1000
        labels = np.zeros((height, width), np.uint8)
        self._answer = Prediction(labels, labels, None)

    def open_stream(self) -> NullEngine:
        """Return itself."""
        return self

    def keyframe(self, image: np.ndarray) -> Prediction:
        """Return the answer."""
        if self._seconds:  # a sleep of 0 would leave the CPU to others
            time.sleep(self._seconds)
        return self._answer

    def update(self, image: np.ndarray, begin_keyframe: bool = False) -> Prediction:
        """Give the same answer."""
        return self.keyframe(image)

    def abandon(self) -> None:
        """Nothing is under way."""

    def reset(self) -> None:
        """Nothing is remembered."""

    def close(self) -> None:
        """Nothing is held."""


def null_bundle(height: int, width: int) -> SimpleNamespace:
    """Make as much of a bundle as the node asks for."""
    manifest = SimpleNamespace(name='null', height=height, width=width, channels='rgb')
    classes = ClassTable.load(CLASSES)
    return SimpleNamespace(manifest=manifest, classes=classes, path='null', has_update=True)


if __name__ == '__main__':
    size, ms = (int(sys.argv.pop(1)), int(sys.argv.pop(1))), int(sys.argv.pop(1))
    segment_node.Bundle = SimpleNamespace(open=lambda path: null_bundle(*size))
    segment_node.open_engine = lambda *arguments, **options: NullEngine(*size, ms)
    sys.exit(main(sys.argv))
