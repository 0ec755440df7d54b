# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Task `clip`: fusion, and if asked the branches and the flow, through the warp on short clips."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from accel_model.checkpoint import save_checkpoint
from accel_model.datasets.augment import Augmentation, augment_clip
from accel_model.datasets.camvid import IGNORE, NUM_CLASSES, CamVid
from accel_model.datasets.virtual_drive import drive, random_motion
from accel_model.losses import balanced_weights, segmentation_loss
from accel_model.networks.accel import Accel
from accel_model.networks.variants import build, find
from accel_model.networks.warp import warp
from accel_model.train.config import TrainConfig
from accel_model.train.parts import channels_last, data_of, load_parts


class ClipTask:
    """Train the fusion of a variant on virtual drives that end in a labelled still.

    `network`: variant, and `train`: the parts that learn (fusion, update_branch, ...).
    `init`: files of the parts trained before.
    `data`: folder, frames (a clip's length; its keyframe is any but the last), class_balance,
    branch_loss (weight of each branch's own loss, for when the branches learn too), augmentation.
    """

    def __init__(self, config: TrainConfig) -> None:
        data = dict(config.data)
        network = build(find(config.network['variant']), None, NUM_CLASSES, 'camvid')
        start_as_mean(network)
        load_parts(network, [Path(path) for path in config.init.values()])
        for name, parameter in network.named_parameters():
            parameter.requires_grad = name.split('.')[0] in config.network['train']
        self.network = network
        self.module: nn.Module = channels_last(network)
        self.stills = CamVid(Path(data.pop('folder')), 'train')
        frequencies = torch.from_numpy(self.stills.frequencies).float()
        self.weights = balanced_weights(frequencies, data.pop('class_balance'))
        self.frames = data.pop('frames')
        self.branch_loss = data.pop('branch_loss')
        self.augmentation = Augmentation(**data)

    def sample(self, rng: np.random.Generator) -> dict[str, Any]:
        """A clip u8 [T, h, w, 3], the labels u8 [h, w] of its last frame, its keyframe's index."""
        still = self.stills[int(rng.integers(len(self.stills)))]
        clip = drive(still.image, still.labels, self.frames, random_motion(rng), rng)
        images, labels = augment_clip(clip.images, still.labels, self.augmentation, IGNORE, rng)
        keyframe = int(rng.integers(self.frames - 1))
        return {'clip': images, 'labels': labels, 'key': keyframe}

    def loss(self, batch: dict[str, Tensor]) -> Tensor:
        """Loss of the fused scores, and of each branch's own, on the last frame."""
        self.module.eval()  # the batch normalisations keep the statistics of the stages before
        network = self.network
        size = (batch['labels'].shape[-2], batch['labels'].shape[-1])
        frames = [data_of(network, image) for image in batch['clip'].unbind(1)]
        feat = self._carried(frames, batch['key'])
        reference_scores = network.head(feat)
        update_scores = network.update_scores(frames[-1])
        fused = network.fuse(reference_scores, update_scores, size)
        total = segmentation_loss(fused, batch['labels'], IGNORE, self.weights)
        if self.branch_loss:
            for scores in (reference_scores, update_scores):
                own = network.upsampling(scores, size)
                loss = segmentation_loss(own, batch['labels'], IGNORE, self.weights)
                total = total + self.branch_loss * loss
        return total

    def _carried(self, frames: list[Tensor], key: Tensor) -> Tensor:
        """Features of every clip's keyframe, warped step by step to the last frame."""
        assert self.network.flow is not None
        key_frames = torch.stack(frames, 1)[torch.arange(len(key)), key]
        feat = self.network.reference(key_frames.contiguous(memory_format=torch.channels_last))
        size = (feat.shape[-2], feat.shape[-1])
        for step in range(1, len(frames)):
            flow = self.network.flow(frames[step], frames[step - 1], size)
            moving = (key < step)[:, None, None, None]
            feat = torch.where(moving, warp(feat, flow), feat)
        return feat

    def save(self, module: nn.Module, path: Path) -> None:
        """Write a checkpoint of the whole network."""
        assert isinstance(module, Accel)
        save_checkpoint(path, module)


@torch.no_grad()
def start_as_mean(network: Accel) -> None:
    """Start the score fusion as the mean of both branches; the original starts at random."""
    assert isinstance(network.fusion, nn.Conv2d)
    classes = network.fusion.out_channels
    half = torch.eye(classes)[:, :, None, None] / 2
    network.fusion.weight.copy_(torch.cat([half, half], 1))
    assert network.fusion.bias is not None
    network.fusion.bias.zero_()
