# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A user's own data: folders of frames, labels for some of them, and a class table."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from accel_model.datasets.dataset import Dataset, DatasetError
from accel_model.datasets.files import Decoder, FileVideo, unbroken_videos
from accel_model.datasets.labels import LabelReader, painting_of
from accel_model.datasets.listing import folders_in, images_in, numbered
from accel_ros.classes import ClassTable

CLASSES, FRAMES, LABELS = 'classes.yaml', 'frames', 'labels'


def open_folder(root: Path, split: str) -> Dataset:
    """
    Open a split of own data.

    ROOT/classes.yaml, ROOT/SPLIT/frames/VIDEO/000123.png (or .jpg) for consecutive frames, and
    ROOT/SPLIT/labels/VIDEO/000123.png for those that are labelled.

    :raises DatasetError: a folder is missing, a frame has no number, labels have no frame, ...
    :raises ClassTableError: the class table is missing or not valid
    """
    classes = ClassTable.load(root / CLASSES)
    frames, labels = root / split / FRAMES, root / split / LABELS
    for folder in (frames, labels):
        if not folder.is_dir():
            raise DatasetError(
                f'{folder} is missing: put frames into {root}/SPLIT/{FRAMES}/VIDEO/ and labels '
                f'into {root}/SPLIT/{LABELS}/VIDEO/; see docs/data.md'
            )
        for path in images_in(folder):
            raise DatasetError(
                f'{path} lies in no folder of its video: move it to {folder}/VIDEO/{path.name}'
            )
    label_files = {folder.name: _label_files(folder) for folder in folders_in(labels)}
    _check_known(label_files, frames)
    reader = LabelReader(classes, painting_of(classes))
    decoder = Decoder()
    videos = [
        video
        for folder in folders_in(frames)
        for video in _videos(folder, label_files.get(folder.name, {}), reader, decoder)
    ]
    if not any(video.labelled for video in videos):
        raise DatasetError(
            f'{labels} holds no labels: label some frames of each video as VIDEO/NUMBER.png, '
            'named like the frame'
        )
    return Dataset(classes, videos)


def _label_files(folder: Path) -> dict[str, Path]:
    """Return the label images of a video by the stem of their frame."""
    files = images_in(folder)
    for path in files:
        if path.suffix.lower() != '.png':
            raise DatasetError(f'{path} is a JPEG, which changes class ids: save labels as PNG')
    return {path.stem: path for path in files}


def _check_known(label_files: dict[str, dict[str, Path]], frames: Path) -> None:
    """Raise DatasetError for labels without their frame."""
    for video, labels in label_files.items():
        folder = frames / video
        stems = {path.stem for path in images_in(folder)} if folder.is_dir() else set()
        for stem, path in labels.items():
            if stem not in stems:
                raise DatasetError(
                    f'{path} has no frame {folder / stem}.png (or .jpg): add the frame or take '
                    'the labels away'
                )


def _videos(
    folder: Path, labels: dict[str, Path], reader: LabelReader, decoder: Decoder
) -> list[FileVideo]:
    """Return the videos in a folder of frames: one, and one more for every gap."""
    frames = []
    camera = None
    for path in images_in(folder):
        name = numbered(path.stem)
        if name is None:
            raise DatasetError(
                f'{path} has no number at the end of its name: number the frames, as in 000123.png'
            )
        if camera is not None and name[0] != camera[0]:
            raise DatasetError(
                f'{path} and {camera[1].name} are named differently: give every camera and every '
                'recording a folder of its own, and its frames one name with a number'
            )
        camera = camera or (name[0], path)
        frames.append((name[1], path))
    frames.sort()
    step = min((after - before for (before, _), (after, _) in pairwise(frames)), default=0)
    return unbroken_videos(frames, step, labels, reader, decoder)
