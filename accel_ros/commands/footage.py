# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What `accel-ros evaluate` opens: a bag, a video, or a data set of the offline package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from accel_ros.errors import AccelError, SourceError, one_line
from accel_ros.replay.dataset import DatasetFootage, Video
from accel_ros.replay.footage import Footage, Problems
from accel_ros.replay.sources import BagFootage, FileFootage, is_bag


def open_recording(
    path: Path,
    topic: str | None,
    label_topic: str | None,
    label_folder: Path | None,
    problems: Problems,
) -> Footage:
    """Open a bag, a video or a folder of images. Raises SourceError."""
    if not path.exists():
        raise SourceError(f'there is no recording {path}; name a bag, a video or a folder')
    if is_bag(path):
        return BagFootage(path, topic, label_topic, label_folder, problems)
    if topic or label_topic:
        raise SourceError(f'{path} is not a rosbag2, so it has no topics; leave them out')
    return FileFootage(path, label_folder, problems)


def open_one_of_many(
    path: Path,
    topic: str | None,
    label_topic: str | None,
    label_folder: Path | None,
    problems: Problems,
) -> Footage:
    """Open a bag among others, which may lack the topic of labels that they have."""
    try:
        return open_recording(path, topic, label_topic, label_folder, problems)
    except SourceError as cause:
        if label_topic is None:
            raise
        footage = open_recording(path, topic, None, label_folder, problems)
        problems.note(str(cause))
        return footage


def open_labelled(name: str, data: Path, split: str, problems: Problems) -> Footage:
    """Open a split of a data set, to be run through by the paper's protocol. Raises AccelError."""
    catalogue, protocol = _import()
    dataset = catalogue.open_dataset(name, data, split)
    labels = protocol.labelled_frames(dataset.videos)

    def keyframes(interval: int) -> Iterator[tuple[Video, int]]:
        for step in protocol.steps(labels, interval, 'avg'):
            if step.distance == 0:
                yield step.video, step.index

    footage = DatasetFootage(f'{name} {split}', dataset.videos, dataset.classes, keyframes)
    footage.problems = problems
    return footage


def find_bags(folder: Path) -> list[Path]:
    """Return the bags in a folder, by name. Raises AccelError where there is none."""
    if not folder.is_dir():
        raise AccelError(f'there is no folder {folder}; name one that holds bags')
    found = sorted(path for path in folder.iterdir() if is_bag(path))
    if not found:
        raise AccelError(f'folder {folder} holds no bags; name the folder that they lie in')
    return found


def _import() -> tuple[Any, Any]:
    """Import the data sets, which need no PyTorch, where the offline package is installed."""
    try:
        from accel_model.datasets import catalogue
        from accel_model.evaluate import protocol
    except ImportError as cause:
        raise AccelError(
            f'data sets are read by the offline package accel_model: {one_line(cause)}; install '
            'it with pip install . in the repository, or give a --bag'
        ) from cause
    return catalogue, protocol
