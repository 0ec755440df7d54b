# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Made-up labelled videos in memory."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

from accel_model.datasets.dataset import Dataset
from accel_ros.classes import ClassTable

SIZE = (64, 96)
PAN = 2  # pixels that the scene moves to the left from frame to frame


@lru_cache(maxsize=4)
def scene(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A wide textured picture u8 [H, W, 3] and its class ids u8 [H, W]: blobs, some ignored."""
    rng = np.random.default_rng(seed)
    shape = (SIZE[0], 4 * SIZE[1])
    noise = cv2.GaussianBlur(rng.uniform(0, 255, (*shape, 3)), (0, 0), 2)
    image = ((noise - noise.min()) / np.ptp(noise) * 255).astype(np.uint8)
    blobs = cv2.GaussianBlur(rng.normal(size=shape), (0, 0), 6)
    labels = np.digitize(blobs, np.quantile(blobs, (0.3, 0.6, 0.9))).astype(np.uint8)
    labels[labels == 3] = 255
    return image, labels


class PanningVideo:
    """A camera that pans over a scene; frames `labelled` have labels, all frames if None."""

    def __init__(
        self, frames: int, labelled: Sequence[int] | None = None, name: str = 'pan', seed: int = 0
    ) -> None:
        self.name = name
        self.labelled = tuple(range(frames)) if labelled is None else tuple(labelled)
        self._frames = frames
        self._seed = seed

    def __len__(self) -> int:
        return self._frames

    def image(self, index: int) -> np.ndarray:
        return self._view(0, index).copy()

    def labels(self, index: int) -> np.ndarray:
        assert index in self.labelled
        return self._view(1, index).copy()

    def _view(self, which: int, index: int) -> np.ndarray:
        assert 0 <= index < self._frames
        return scene(self._seed)[which][:, PAN * index : PAN * index + SIZE[1]]


def panning_dataset(*videos: PanningVideo, classes: str = 'cityscapes') -> Dataset:
    """A data set with one of the project's class tables."""
    return Dataset(ClassTable.named(classes), videos)
