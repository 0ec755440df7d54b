# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""CamVid (Brostow et al., 2008 and 2009) in the 11-class layout at 480x360."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

from accel_model.datasets.dataset import Dataset, DatasetError
from accel_model.datasets.files import FileVideo, check_ids, read_pixels
from accel_ros.classes import ClassTable

Image = np.ndarray

NUM_CLASSES = 11
IGNORE = 11
SKY, BUILDING, POLE, ROAD, PAVEMENT, TREE, SIGN, FENCE, CAR, PEDESTRIAN, BICYCLIST = range(11)


def open_camvid(root: Path, split: str) -> Dataset:
    """Open a split of CamVid; see docs/data.md. Raises DatasetError."""
    classes = ClassTable.named('camvid')

    def read_labels(path: Path) -> np.ndarray:
        ids = read_pixels(path)
        check_ids(path, ids, classes)
        return ids

    frames = sorted((root / split).glob('*.png'))
    labels = {i: root / f'{split}annot' / path.name for i, path in enumerate(frames)}
    if split == 'val':
        videos = [FileVideo('val', frames, labels, read_labels)]
    else:
        videos = [
            FileVideo(path.stem, [path], {0: labels[i]}, read_labels)
            for i, path in enumerate(frames)
        ]
    return Dataset(classes, videos)


@dataclass(frozen=True)
class LabelledFrame:
    """One image and its labels.

    :ivar name: the file's stem.
    :ivar image: RGB, uint8 [H, W, 3].
    :ivar labels: class ids, uint8 [H, W]; 11 is void and not evaluated.
    """

    name: str
    image: Image
    labels: Image


class CamVid:
    """A split of CamVid, held in memory (0.7 MB a frame).

    :param root: folder with `train`, `trainannot`, `val`, `valannot`.
    :param split: 'train' (single frames, 1 Hz) or 'val' (a video at 15 Hz, every frame labelled).
    :raises DatasetError: a folder is missing, or an image has no labels of its own size.
    """

    def __init__(self, root: Path, split: str) -> None:
        images, labels = root / split, root / f'{split}annot'
        for folder in (images, labels):
            if not folder.is_dir():
                raise DatasetError(
                    f'CamVid folder {folder} is missing: pass the folder that holds '
                    f'{split}/ and {split}annot/ as the data folder'
                )
        self.frames = [_read(path, labels / path.name) for path in sorted(images.glob('*.png'))]
        if not self.frames:
            raise DatasetError(
                f'CamVid folder {images} holds no PNG images: check the data folder'
            )

    def __len__(self) -> int:
        return len(self.frames)

    def __getitem__(self, index: int) -> LabelledFrame:
        return self.frames[index]

    @cached_property
    def frequencies(self) -> np.ndarray:
        """Share of every class among the labelled pixels, [11]."""
        counts = np.zeros(256, np.int64)
        for frame in self.frames:
            counts += np.bincount(frame.labels.ravel(), minlength=256)
        return counts[:NUM_CLASSES] / counts[:NUM_CLASSES].sum()


def _read(image_path: Path, labels_path: Path) -> LabelledFrame:
    image = _pixels(image_path, cv2.IMREAD_COLOR)
    labels = _pixels(labels_path, cv2.IMREAD_GRAYSCALE)
    if image.shape[:2] != labels.shape:
        raise DatasetError(
            f'{labels_path} is {labels.shape[1]}x{labels.shape[0]} but its image is '
            f'{image.shape[1]}x{image.shape[0]}: resize the labels with nearest neighbour'
        )
    if labels.max() > IGNORE:
        raise DatasetError(
            f'{labels_path} holds the id {labels.max()}; CamVid has 0 to 10 and 11 for void: '
            'convert the labels to the 11-class layout'
        )
    return LabelledFrame(image_path.stem, cv2.cvtColor(image, cv2.COLOR_BGR2RGB), labels)


def _pixels(path: Path, flags: int) -> np.ndarray:
    pixels = cv2.imread(str(path), flags)
    if pixels is None:
        raise DatasetError(f'{path} is missing or is no image: copy it again')
    return pixels
