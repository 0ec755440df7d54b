# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Task `frame`: one branch alone, on single labelled frames."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from accel_model.datasets.augment import Augmentation, augment
from accel_model.datasets.camvid import IGNORE, NUM_CLASSES, CamVid
from accel_model.losses import balanced_weights, segmentation_loss
from accel_model.networks.efficientnet import MEAN, STD, EfficientNetBranch, load_imagenet
from accel_model.networks.head import Head
from accel_model.train.config import TrainConfig


class SingleFrame(nn.Module):
    """A branch, its head and bilinear upsampling: segmentation frame by frame."""

    def __init__(self, branch: EfficientNetBranch, num_classes: int) -> None:
        super().__init__()
        self.branch = branch
        self.head = Head(branch.channels, branch.channels, num_classes)

    def forward(self, image: Tensor) -> Tensor:
        """Image, RGB uint8 [N, H, W, 3] -> scores [N, K, H, W]."""
        data = (image.permute(0, 3, 1, 2).float() - MEAN) / STD
        scores = self.head(self.branch(data.contiguous(memory_format=torch.channels_last)))
        return F.interpolate(scores, size=data.shape[-2:], mode='bilinear', align_corners=False)


class FrameTask:
    """Train the reference or the update branch of accel-lite by itself.

    `network`: backbone, and the other arguments of :class:`EfficientNetBranch`.
    `data`: folder, augmentation (crop, scale, flip, colour) and class_balance.
    """

    def __init__(self, config: TrainConfig) -> None:
        network, data = dict(config.network), dict(config.data)
        name = network.pop('backbone')
        branch = EfficientNetBranch(name, **network)
        load_imagenet(branch.trunk, name)
        self.config = config
        self.module = SingleFrame(branch, NUM_CLASSES).to(memory_format=torch.channels_last)
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
        scores = self.module(batch['image'])
        return segmentation_loss(scores, batch['labels'], IGNORE, self.weights)

    def save(self, module: nn.Module, path: str) -> None:
        """Write branch and head: {'network': configuration, 'state_dict': weights}."""
        torch.save({'network': self.config.network, 'state_dict': module.state_dict()}, path)
