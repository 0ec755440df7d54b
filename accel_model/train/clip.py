# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Task `clip`: the fusion, and if asked branches and flow, through the warp on short clips.

With the fusion alone this is the published training, with all parts joint fine-tuning. The clips
are real video that ends in a labelled frame, or virtual drives that end in a labelled still.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from accel_model.datasets.augment import Augmentation, augment_clip
from accel_model.datasets.dataset import Dataset
from accel_model.datasets.virtual_drive import drive, random_motion
from accel_model.losses import SegmentationLoss
from accel_model.networks.accel import Accel, Update
from accel_model.networks.upsampling import map_size
from accel_model.networks.variants import find
from accel_model.train.config import TrainConfig
from accel_model.train.data import LabelledData, check_streets
from accel_model.train.fusion import start_fusion
from accel_model.train.settings import ConfigError, read_settings
from accel_model.train.start import Start, start_network
from accel_model.train.task import Batch, Objective, Task

PARTS = ('reference', 'head', 'flow', 'update_branch', 'update_head', 'fusion')

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ClipNetwork:
    """
    What to train.

    :ivar train: the parts that learn, of PARTS
    :ivar fusion: how the fusion starts, see `fusion.start_fusion`; None: as `init` has it
    :ivar batch_statistics: layers of batch normalisation that can use those of the batch do so,
        learning or not, as published; false: they keep the statistics they have
    """

    variant: str
    train: tuple[str, ...]
    fusion: Literal['mean', 'published'] | None = None
    batch_statistics: bool = False


@dataclass(frozen=True, kw_only=True)
class ClipData(LabelledData):
    """
    Clips.

    :ivar frames: of a clip; the last one is labelled
    :ivar clips: 'real', or 'virtual' drives through CamVid's stills
    :ivar keyframe: the 'first' frame, as published, or any but the last at 'random'
    :ivar branch_loss: weight of each branch's own loss, for when the branches learn too
    """

    frames: int
    clips: Literal['virtual', 'real'] = 'virtual'
    keyframe: Literal['first', 'random'] = 'random'
    branch_loss: float = 0.0


def clip_task(config: TrainConfig) -> Task:
    """Make the task. Raises ConfigError, DatasetError or VariantError."""
    settings = read_settings(ClipNetwork, config.network, 'network')
    data = read_settings(ClipData, config.data, 'data')
    if data.frames < 2:
        raise ConfigError(f'data.frames is {data.frames}, and a clip has at least 2')
    dataset = data.open()
    start = start_network(find(settings.variant), config.init, dataset.classes)
    network = start.network
    if settings.fusion is not None or 'fusion' not in start.brought:
        start_fusion(network, settings.fusion)
    choose_parts(start, settings.train)
    if data.branch_loss and network.fusion_kind != 'score':
        raise ConfigError('data.branch_loss is for variants that fuse the scores of two branches')
    if data.clips == 'virtual':
        check_streets(dataset)
        samples: ClipSamples = VirtualClips(dataset, data)
    else:
        samples = ClipSamples(dataset.with_history(data.frames), data)
    objective = ClipObjective(
        network, data.loss(dataset), data.branch_loss, settings.batch_statistics
    )
    return Task(samples, objective)


def choose_parts(start: Start, parts: tuple[str, ...]) -> None:
    """Let these parts learn and no others. Raises ConfigError."""
    present = {name for name, _ in start.network.named_children()} & set(PARTS)
    for part in parts:
        if part not in present:
            choice = ', '.join(name for name in PARTS if name in present)
            raise ConfigError(f'network.train: there is no part {part!r}; choose from {choice}')
    if start.network.flow is None or not parts:
        raise ConfigError('clips train variants with flow, and at least one part (network.train)')
    random = sorted(present - start.brought - {'fusion'})
    if random:
        _log.warning('no file of init brings %s: random weights', ', '.join(random))
    for name, parameter in start.network.named_parameters():
        parameter.requires_grad = name.split('.')[0] in parts


class ClipSamples:
    """Random crops of clips whose last frame is labelled."""

    def __init__(self, dataset: Dataset, data: ClipData) -> None:
        self.dataset = dataset
        self.frames, self.keyframe = data.frames, data.keyframe
        self.how: Augmentation = data.augmentation

    def __len__(self) -> int:
        return len(self.dataset)

    def sample(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        """Return a clip u8 [T, h, w, 3], labels u8 [h, w] of its last frame, and the keyframe."""
        ignore = self.dataset.classes.ignore
        images, labels = augment_clip(*self.clip(index, rng), self.how, ignore, rng)
        keyframe = int(rng.integers(self.frames - 1)) if self.keyframe == 'random' else 0
        return {'clip': images, 'labels': labels, 'key': keyframe}

    def clip(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return the frames u8 [T, H, W, 3] and the labels u8 [H, W]."""
        clip = self.dataset.clip(index, self.frames)
        return clip.images, clip.labels


class VirtualClips(ClipSamples):
    """Virtual drives that end in a labelled still."""

    def clip(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return the frames u8 [T, H, W, 3] and the labels u8 [H, W]."""
        still = self.dataset.clip(index)
        images = drive(still.images[0], still.labels, self.frames, random_motion(rng), rng).images
        return images, still.labels


class ClipObjective(Objective):
    """
    Cross-entropy on the last frame of clips.

    :param branch_loss: weight of each branch's own loss
    :param batch_statistics: see `ClipNetwork`
    """

    def __init__(
        self, network: Accel, loss: SegmentationLoss, branch_loss: float, batch_statistics: bool
    ) -> None:
        super().__init__(network)
        self.loss = loss
        self.branch_loss, self.batch_statistics = branch_loss, batch_statistics

    def train(self, mode: bool = True) -> ClipObjective:
        """Switch to training; the network's statistics may stay as they are."""
        super().train(mode)
        self.network.train(mode and self.batch_statistics)
        return self

    def forward(self, batch: Batch) -> Tensor:
        """Loss of clips u8 [N, T, h, w, 3] with labels u8 [N, h, w] and keyframes [N]."""
        frames = [self.data_of(image) for image in batch['clip'].unbind(1)]
        labels = batch['labels']
        state = self.carry(frames[:-1], batch['key'])
        update = self.network.update(frames[-1], frames[-2], state)
        loss = self.loss(update.scores, labels)
        if self.branch_loss:
            for scores in self._branch_scores(update):
                loss = loss + self.branch_loss * self.loss(scores, labels)
        return loss

    def carry(self, frames: list[Tensor], key: Tensor) -> Tensor:
        """State of every clip's keyframe, carried step by step to the last of the frames."""
        network = self.network
        assert network.flow is not None
        key_frames = torch.stack(frames, 1)[torch.arange(len(key), device=key.device), key]
        _, state = network.keyframe(key_frames.contiguous(memory_format=torch.channels_last))
        if len(frames) == 1:
            return state
        size = map_size(state)
        flows = network.flow(torch.cat(frames[1:]), torch.cat(frames[:-1]), size)  # all at once
        for step, flow in enumerate(flows.chunk(len(frames) - 1), 1):
            moving = (key < step)[:, None, None, None]
            state = torch.where(moving, network.propagate(state, flow), state)
        return state

    def _branch_scores(self, update: Update) -> tuple[Tensor, Tensor]:
        """Both branches' scores [N, K, H, W]."""
        network = self.network
        assert update.reference_scores is not None and update.update_scores is not None
        assert network.update_upsampling is not None
        size = map_size(update.scores)
        return (
            network.upsampling(update.reference_scores, size),
            network.update_upsampling(update.update_scores, size),
        )
