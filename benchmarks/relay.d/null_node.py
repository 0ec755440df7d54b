# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The node with an engine that costs nothing: python null_node.py HEIGHT WIDTH --ros-args ...

HEIGHT and WIDTH are the network's; the answer is always the same.
"""

from __future__ import annotations

import sys
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

    def __init__(self, height: int, width: int) -> None:
        """Make the answer."""
        labels = np.zeros((height, width), np.uint8)
        self._answer = Prediction(labels, labels, None)

    def open_stream(self) -> NullEngine:
        """Return itself."""
        return self

    def keyframe(self, image: np.ndarray) -> Prediction:
        """Return the answer."""
        return self._answer

    update = keyframe

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
    size = int(sys.argv.pop(1)), int(sys.argv.pop(1))
    segment_node.Bundle = SimpleNamespace(open=lambda path: null_bundle(*size))
    segment_node.open_engine = lambda *arguments: NullEngine(*size)
    sys.exit(main(sys.argv))
