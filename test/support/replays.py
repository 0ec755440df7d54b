# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Recordings to evaluate: a scene for the tiny bundle, as a bag with labels."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import numpy as np
from support.bundles import CLASSES, HEIGHT, RED_PER_CLASS, WIDTH
from support.recordings import PERIOD_NS, START_NS, image_topic, label_message, write_bag

from accel_ros.commands.footage import open_recording
from accel_ros.replay.task import Task

CAMERA, LABELS = '/camera/image_raw', '/camera/labels'


def scene(frames: int, seed: int = 3) -> list[np.ndarray]:
    """A camera that pans over blobs of colour, rgb8, u8 [HEIGHT, WIDTH, 3]."""
    rng = np.random.default_rng(seed)
    blobs = rng.integers(0, CLASSES * RED_PER_CLASS, (HEIGHT // 8, WIDTH // 8 + frames, 3))
    wide = np.kron(blobs.astype(np.uint8), np.ones((8, 8, 1), np.uint8))
    return [np.ascontiguousarray(wide[:, 2 * n : 2 * n + WIDTH]) for n in range(frames)]


def truth(image: np.ndarray) -> np.ndarray:
    """What the tiny bundle sees in a keyframe, so frame by frame it is always right."""
    return image[..., 0] // RED_PER_CLASS


def labelled_bag(path: Path, clip: list[np.ndarray], every: int = 1, **options) -> Path:
    """Write a bag of a clip with true labels for every so many images, in a topic of their own."""
    labels = [
        label_message(truth(image), START_NS + number * PERIOD_NS)
        for number, image in enumerate(clip)
        if number % every == 0
    ]
    return write_bag(path, {CAMERA: image_topic(clip), LABELS: labels}, **options)


def task(
    bag: Path,
    report: Path,
    bundles: dict[str, Path],
    intervals: tuple[int, ...] = (1, 3),
    labels: str | None = LABELS,
) -> Task:
    """A recording to evaluate."""
    opener = partial(open_recording, bag, CAMERA, labels, None)
    return Task(bag.name, str(bag), opener, bundles, intervals, 'auto', 1, report)


def die(_: Task) -> None:
    """End the process that was given a recording."""
    os._exit(9)
