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

from accel_model.datasets.augment import Augmentation, place_clip, random_placement
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
from accel_model.train.teacher import Teacher, hire

OWN_ROLES = ('imagenet', 'teacher')  # of the section `init`, beside those of `start`


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


@dataclass(frozen=True, kw_only=True)
class FrameData(LabelledData):
    """
    Frames.

    :ivar teacher_share: of the targets, what the network `init.teacher` says, 0 to 1; the labels
        have the rest
    """

    teacher_share: float = 0.0


def frame_task(config: TrainConfig) -> Task:
    """Make the task. Raises ConfigError, DatasetError or VariantError."""
    settings = read_settings(FrameNetwork, config.network, 'network')
    data = read_settings(FrameData, config.data, 'data')
    dataset = data.open()
    variant = branch_of(find(settings.variant), settings.branch)
    files = {role: path for role, path in config.init.items() if role not in OWN_ROLES}
    start = start_network(variant, files, dataset.classes)
    network = start.network
    if 'reference' not in start.brought:
        start_from_imagenet(network, config.init)
    freeze(network.reference, settings.frozen)
    teacher = hire(config.init.get('teacher'), data.teacher_share, dataset)
    objective = FrameObjective(network, data.loss(dataset), data.teacher_share)
    return Task(FrameSamples(dataset, data.augmentation, teacher), objective)


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
    """Random crops of labelled frames, and of what the teacher says about them."""

    def __init__(
        self, dataset: Dataset, how: Augmentation, teacher: Teacher | None = None
    ) -> None:
        self.dataset, self.how, self.teacher = dataset, how, teacher

    def __len__(self) -> int:
        return len(self.dataset)

    def sample(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        """Return an image u8 [h, w, 3], its labels u8 [h, w], and `said` u8 [K, h, w]."""
        clip = self.dataset.clip(index)
        ignore = self.dataset.classes.ignore
        placement = random_placement(clip.labels.shape, self.how, rng)
        images, labels = place_clip(clip.images, clip.labels, placement, self.how, ignore, rng)
        sample = {'image': images[0], 'labels': labels}
        if self.teacher is not None:
            crop = (labels.shape[0], labels.shape[1])
            sample['said'] = self.teacher.probabilities(index, placement, crop)
        return sample


class FrameObjective(Objective):
    """
    Cross-entropy of a network that segments frame by frame.

    :param teacher_share: of the targets, what the teacher says; the labels have the rest
    """

    def __init__(self, network: Accel, loss: SegmentationLoss, teacher_share: float = 0.0) -> None:
        super().__init__(network)
        self.loss, self.teacher_share = loss, teacher_share

    def forward(self, batch: Batch) -> Tensor:
        """Loss of images u8 [N, h, w, 3] with labels u8 [N, h, w] and `said` u8 [N, K, h, w]."""
        scores, _ = self.network.keyframe(self.data_of(batch['image']))
        return self.loss(scores, batch['labels'], batch.get('said'), self.teacher_share)
