# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Frames to calibrate and to measure on, as the pipeline would give them to a bundle's graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from accel_model.datasets.dataset import Dataset
from accel_model.evaluate.protocol import labelled_frames, steps
from accel_model.export.verify import ExportError, example_images
from accel_ros.bundle import Bundle
from accel_ros.images import to_network_input
from accel_ros.manifest import Manifest
from accel_ros.sources import open_source

INTERVAL = 5  # frames from keyframe to keyframe, as the pipeline starts with


@dataclass(frozen=True)
class Look:
    """A frame at the bundle's size, u8 [H, W, 3]; the true labels u8 [h, w] where it has some."""

    image: np.ndarray
    keyframe: bool
    truth: np.ndarray | None = None


@dataclass(frozen=True)
class Footage:
    """
    Frames that can be read again and again; only one of them is in memory.

    :ivar name: what they are, for the manifest
    :ivar count: how many, as far as that is known
    """

    name: str
    count: int | None
    read: Callable[[], Iterator[Look]]


def made_up(manifest: Manifest) -> Footage:
    """Return the scene that exports are verified on: better than nothing."""

    def read() -> Iterator[Look]:
        for index, image in enumerate(images):
            yield Look(image[0].numpy(), index == 0)

    images = example_images((manifest.height, manifest.width))
    return Footage('made-up frames', len(images), read)


def recorded(path: Path, manifest: Manifest) -> Footage:
    """Return the images of a folder, or the frames of a video. Raises SourceError."""

    def read() -> Iterator[Look]:
        for index, frame in enumerate(source):
            image = _fit(frame.image, frame.encoding, manifest)
            yield Look(image, index % INTERVAL == 0)

    source = open_source(path)
    return Footage(path.resolve().name, source.count, read)


def labelled(dataset: Dataset, name: str, bundle: Bundle) -> Footage:
    """
    Return labelled videos, with keyframes as `accel-model evaluate` takes them.

    :raises ExportError: the labels' classes are not the bundle's
    """
    if dataset.classes.names != bundle.classes.names:
        raise ExportError(
            f'{bundle.path} has the classes of {bundle.classes.name} and the labels those of '
            f'{dataset.classes.name}: give labels with the same classes'
        )
    plan = list(steps(labelled_frames(dataset.videos), INTERVAL, 'avg'))

    def read() -> Iterator[Look]:
        for step in plan:
            image = _fit(step.video.image(step.index), 'rgb8', bundle.manifest)
            truth = step.video.labels(step.index) if step.counts else None
            yield Look(image, step.distance == 0, truth)

    return Footage(name, len(plan), read)


def _fit(image: np.ndarray, encoding: str, manifest: Manifest) -> np.ndarray:
    size = manifest.height, manifest.width
    return to_network_input(image, encoding, size, manifest.channels)
