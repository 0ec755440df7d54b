# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The section `data` of a configuration: what all tasks have in common."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from accel_model.datasets.augment import Augmentation
from accel_model.datasets.catalogue import open_dataset
from accel_model.datasets.dataset import Dataset
from accel_model.datasets.frame_pairs import FramePairs, VideoFile
from accel_model.losses import Ohem, SegmentationLoss, balanced_weights
from accel_model.train.settings import ConfigError
from accel_ros.classes import ClassTable


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """
    A split of a data set, and what is done to its samples.

    :ivar name: 'camvid', 'cityscapes' or 'folder'
    :ivar crop: height and width of a sample; None: those of the frame
    :ivar scale: lower and upper end of a random scale
    :ivar flip: mirror half of the samples
    :ivar colour: largest relative change of brightness and contrast
    """

    name: str = 'camvid'
    folder: Path | None = None
    split: str = 'train'
    crop: tuple[int, int] | None = None
    scale: tuple[float, float] = (1.0, 1.0)
    flip: bool = False
    colour: float = 0.0

    def open(self) -> Dataset:
        """Open the data set. Raises ConfigError or DatasetError."""
        if self.folder is None:
            raise ConfigError('data.folder is missing: pass --data with the folder of the data')
        return open_dataset(self.name, self.folder, self.split)

    @property
    def augmentation(self) -> Augmentation:
        """Return what is done to a sample."""
        return Augmentation(self.crop, self.scale, self.flip, self.colour)


@dataclass(frozen=True, kw_only=True)
class LabelledData(DataSettings):
    """
    Data whose labels are learnt.

    :ivar class_balance: 0 weighs all pixels alike, 1 by the inverse frequency of their class
    :ivar ohem: count hard pixels only; None: all
    """

    class_balance: float = 0.0
    ohem: Ohem | None = None

    def loss(self, dataset: Dataset) -> SegmentationLoss:
        """Make the loss against the data set's labels."""
        weights = torch.ones(len(dataset.classes))
        if self.class_balance:  # reads every label
            frequencies = torch.from_numpy(dataset.frequencies).float()
            weights = balanced_weights(frequencies, self.class_balance)
        return SegmentationLoss(dataset.classes.ignore, weights, self.ohem)


@dataclass(frozen=True, kw_only=True)
class VideoData(DataSettings):
    """
    Frames of real video: of a file, or of the data set.

    :ivar video: a file that OpenCV reads
    :ivar height: frames of the file are scaled to it; None: to that of the data set's, if there
        is one
    """

    video: Path | None = None
    height: int | None = None

    def pairs(self) -> FramePairs:
        """Find the pairs of neighbouring frames. Raises ConfigError or DatasetError."""
        if self.video is None:
            pairs = FramePairs(self.open().videos)
            if not len(pairs):
                raise ConfigError(
                    f'{self.folder} holds single frames: give a video (data.video=FILE), or a '
                    'data set with consecutive frames'
                )
            return pairs
        height = self.height
        if height is None and self.folder is not None:
            height = self.open().clip(0).images.shape[1]
        return FramePairs([VideoFile(self.video, height)])


def check_streets(dataset: Dataset) -> None:
    """Raise ConfigError unless virtual drives can be made of a data set's stills."""
    if dataset.classes.names != ClassTable.named('camvid').names:
        raise ConfigError(
            "virtual drives are laid out by CamVid's classes (road, sky, car, ...) and this data "
            f'set has those of {dataset.classes.name!r}: use its own video (data.clips=real for '
            'clips, data.video_share=1 for flow)'
        )
