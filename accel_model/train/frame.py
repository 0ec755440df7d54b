# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Task `frame`: one branch alone, on single labelled frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from accel_model.datasets.augment import Augmentation, augment
from accel_model.datasets.camvid import IGNORE, NUM_CLASSES, CamVid
from accel_model.losses import balanced_weights, segmentation_loss
from accel_model.networks.accel import Accel
from accel_model.networks.efficientnet import EfficientNetBranch, load_imagenet
from accel_model.networks.variants import build, find
from accel_model.train.config import ConfigError, TrainConfig
from accel_model.train.parts import BRANCHES, channels_last, data_of, save_part


class SingleFrame(nn.Module):
    """A branch, its head and its upsampling: segmentation frame by frame.

    :param name: 'reference' or 'update'.
    """

    def __init__(self, network: Accel, name: str) -> None:
        super().__init__()
        branch, head = BRANCHES[name]
        self.branch = network.get_submodule(branch)
        self.head = network.get_submodule(head)
        self.upsampling = network.upsampling

    def forward(self, data: Tensor) -> Tensor:
        """Network data [N, 3, H, W] -> scores [N, K, H, W]."""
        return self.upsampling(self.head(self.branch(data)), data.shape[-2:])


class FrameTask:
    """Train the reference network or the update branch of a variant by itself.

    `network`: variant, and branch ('reference' or 'update').
    `data`: folder, class_balance, augmentation (crop, scale, flip, colour).
    """

    def __init__(self, config: TrainConfig) -> None:
        data = dict(config.data)
        self.name = config.network['branch']
        if self.name not in BRANCHES:
            raise ConfigError(f'branch {self.name!r} is not one of {", ".join(BRANCHES)}')
        self.network = build(find(config.network['variant']), None, NUM_CLASSES, 'camvid')
        module = SingleFrame(self.network, self.name)
        start_from_imagenet(module.branch)
        self.module: nn.Module = channels_last(module)
        self.frames = CamVid(Path(data.pop('folder')), 'train')
        frequencies = torch.from_numpy(self.frames.frequencies).float()
        self.weights = balanced_weights(frequencies, data.pop('class_balance'))
        self.augmentation = Augmentation(**data)

    def sample(self, rng: np.random.Generator) -> dict[str, Any]:
        """One augmented crop: image u8 [h, w, 3] and labels u8 [h, w]."""
        frame = self.frames[int(rng.integers(len(self.frames)))]
        image, labels = augment(frame.image, frame.labels, self.augmentation, IGNORE, rng)
        return {'image': image, 'labels': labels}

    def loss(self, batch: dict[str, Tensor]) -> Tensor:
        """Balanced cross-entropy of a batch of crops."""
        scores = self.module(data_of(self.network, batch['image']))
        return segmentation_loss(scores, batch['labels'], IGNORE, self.weights)

    def save(self, module: nn.Module, path: Path) -> None:
        """Write the branch and its head, named as in the whole network."""
        branch, head = BRANCHES[self.name]
        save_part(
            path, {branch: module.get_submodule('branch'), head: module.get_submodule('head')}
        )


def start_from_imagenet(branch: nn.Module) -> None:
    """Give a branch the ImageNet weights of its backbone.

    :raises ConfigError: there are none for this backbone.
    """
    if not isinstance(branch, EfficientNetBranch):
        raise ConfigError(
            f'no ImageNet weights are known for {type(branch).__name__}: choose a variant with '
            'EfficientNet-Lite branches'
        )
    load_imagenet(branch.trunk)
