# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Task `frame`: a network that segments frame by frame, on single labelled frames.

That is DeepLab with any backbone: one of the variants deeplab-*, or a branch of another variant,
alone. The result can be evaluated and exported, and becomes a branch of Accel through `init`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from torch import Tensor, nn

from accel_model.datasets.augment import Augmentation, augment_clip
from accel_model.datasets.dataset import Dataset
from accel_model.losses import SegmentationLoss
from accel_model.networks.accel import Accel
from accel_model.networks.efficientnet import EfficientNetBranch, load_imagenet
from accel_model.networks.head import Head
from accel_model.networks.variants import Variant, alone, find
from accel_model.train.config import TrainConfig
from accel_model.train.data import LabelledData
from accel_model.train.imagenet import load_torchvision
from accel_model.train.settings import ConfigError, read_settings
from accel_model.train.start import Files, start_network
from accel_model.train.task import Batch, Objective, Task


@dataclass(frozen=True)
class FrameNetwork:
    """
    What to train.

    :ivar variant: one that works frame by frame, or one that has the branch
    :ivar branch: of a variant with two
    :ivar frozen: parts of the backbone that keep their weights, by the beginning of their names
    """

    variant: str
    branch: Literal['reference', 'update'] = 'reference'
    frozen: tuple[str, ...] = ()


def frame_task(config: TrainConfig) -> Task:
    """Make the task. Raises ConfigError, DatasetError or VariantError."""
    settings = read_settings(FrameNetwork, config.network, 'network')
    data = read_settings(LabelledData, config.data, 'data')
    dataset = data.open()
    variant = branch_of(find(settings.variant), settings.branch)
    files = {role: path for role, path in config.init.items() if role != 'imagenet'}
    start = start_network(variant, files, dataset.classes)
    network = start.network
    if 'reference' not in start.brought:
        start_from_imagenet(network, config.init)
    freeze(network.reference, settings.frozen)
    objective = FrameObjective(network, data.loss(dataset))
    return Task(FrameSamples(dataset, data.augmentation), objective)


def branch_of(variant: Variant, branch: str) -> Variant:
    """Return the variant that is one branch of another, frame by frame. Raises ConfigError."""
    backbone = variant.reference if branch == 'reference' else variant.update
    if backbone is None:
        raise ConfigError(
            f'variant {variant.name} has no update branch of its own: leave network.branch out, '
            'or choose a variant with two'
        )
    return alone(backbone)


def start_from_imagenet(network: Accel, init: Files) -> None:
    """
    Give the backbone its ImageNet weights, and a head for the original's backbones its start.

    EfficientNet's come with a Python package, those of a ResNet from the file `init.imagenet`;
    null there leaves the backbone random.

    :raises ConfigError: there is no file, or a wrong one
    """
    backbone = network.reference
    if isinstance(backbone, EfficientNetBranch):
        load_imagenet(backbone.trunk)
        return
    if 'imagenet' not in init:
        raise ConfigError(
            f'{network.description.variant} has nothing to start from: give '
            "init.imagenet=FILE (torchvision's ResNet of this depth), or init.imagenet=null to "
            'start at random'
        )
    path = init['imagenet']
    if path is not None:
        load_torchvision(backbone, network.normalization, path)
    _start_head(network.head)


def _start_head(head: nn.Module) -> None:
    """Start as published: N(0, 0.01), no bias."""
    assert isinstance(head, Head)
    for layer in (head.fc6, head.score):
        assert layer.bias is not None
        nn.init.normal_(layer.weight, std=0.01)
        nn.init.zeros_(layer.bias)


def freeze(backbone: nn.Module, frozen: tuple[str, ...]) -> None:
    """Let the parameters whose names begin like that keep their weights."""
    names = [name for name, _ in backbone.named_parameters()]
    for prefix in frozen:
        if not any(name.startswith(prefix) for name in names):
            raise ConfigError(f'network.frozen: the backbone has no {prefix!r}')
    for name, parameter in backbone.named_parameters():
        if name.startswith(frozen):
            parameter.requires_grad = False


class FrameSamples:
    """Random crops of labelled frames."""

    def __init__(self, dataset: Dataset, how: Augmentation) -> None:
        self.dataset, self.how = dataset, how

    def __len__(self) -> int:
        return len(self.dataset)

    def sample(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        """Return an image u8 [h, w, 3] and its labels u8 [h, w]."""
        clip = self.dataset.clip(index)
        ignore = self.dataset.classes.ignore
        images, labels = augment_clip(clip.images, clip.labels, self.how, ignore, rng)
        return {'image': images[0], 'labels': labels}


class FrameObjective(Objective):
    """Cross-entropy of a network that segments frame by frame."""

    def __init__(self, network: Accel, loss: SegmentationLoss) -> None:
        super().__init__(network)
        self.loss = loss

    def forward(self, batch: Batch) -> Tensor:
        """Loss of images u8 [N, h, w, 3] with labels u8 [N, h, w]."""
        scores, _ = self.network.keyframe(self.data_of(batch['image']))
        return self.loss(scores, batch['labels'])
