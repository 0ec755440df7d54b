# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Task `flow`: the flow network, on virtual drives with exact flow and on taught video.

The teacher is OpenCV's DIS, wherever its forward and backward flow agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch.nn.functional as F
from torch import Tensor

from accel_model.checkpoint import save_parts
from accel_model.datasets.augment import Augmentation, random_placement, recolour
from accel_model.datasets.dataset import Dataset
from accel_model.datasets.frame_pairs import FramePairs
from accel_model.datasets.virtual_drive import drive, random_motion
from accel_model.losses import endpoint_error
from accel_model.networks.accel import Accel
from accel_model.networks.flownet import PIXELS_PER_UNIT
from accel_model.networks.variants import find
from accel_model.train.config import TrainConfig
from accel_model.train.data import VideoData, check_streets
from accel_model.train.settings import ConfigError, read_settings
from accel_model.train.start import Files, start_network
from accel_model.train.task import Batch, Objective, Task
from accel_ros.dis import dis_flow

LEVEL_WEIGHTS = (0.05, 0.05, 0.1, 0.2, 0.6)  # coarse to fine


@dataclass(frozen=True)
class FlowNetwork:
    """What to train: the flow network of a variant."""

    variant: str


@dataclass(frozen=True, kw_only=True)
class FlowData(VideoData):
    """
    Pairs of frames with their flow.

    :ivar video_share: share of pairs of real video; the others are virtual drives
    :ivar crops_per_pair: crops of each pair, which costs more than a crop
    """

    video_share: float = 1.0
    crops_per_pair: int = 1


@dataclass(frozen=True)
class FlowPair:
    """Two frames and the flow between them.

    :ivar current: u8 [H, W, 3], RGB.
    :ivar previous: u8 [H, W, 3].
    :ivar flow: f32 [H, W, 2], pixels from current back to previous.
    :ivar valid: bool [H, W], where the flow can be trusted.
    """

    current: np.ndarray
    previous: np.ndarray
    flow: np.ndarray
    valid: np.ndarray


def flow_task(config: TrainConfig) -> Task:
    """Make the task. Raises ConfigError, DatasetError or VariantError."""
    data = read_settings(FlowData, config.data, 'data')
    network = flow_network(config)
    stills = data.open() if data.video_share < 1 else None
    if stills is not None:
        check_streets(stills)
    pairs = data.pairs() if data.video_share > 0 else None
    return Task(FlowSamples(stills, pairs, data), FlowObjective(network, whole(config.init)))


def flow_network(config: TrainConfig) -> Accel:
    """Build a network of which the flow part alone learns."""
    settings = read_settings(FlowNetwork, config.network, 'network')
    network = start_network(find(settings.variant), config.init, None).network
    if network.flow is None:
        raise ConfigError(f'variant {settings.variant!r} has no flow to train')
    for name, parameter in network.named_parameters():
        parameter.requires_grad = name.startswith('flow.')
    return network


def whole(init: Files) -> bool:
    """Return whether all parts have weights from files, and not the flow network alone."""
    return init.get('network') is not None


class FlowSamples:
    """Crops of pairs of frames with their flow."""

    def __init__(self, stills: Dataset | None, pairs: FramePairs | None, data: FlowData) -> None:
        self.stills, self.pairs, self.data = stills, pairs, data

    def __len__(self) -> int:
        counted = self.pairs if self.stills is None else self.stills
        assert counted is not None
        return len(counted)

    def sample(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        """Crops of a pair: current, previous u8 [R, h, w, 3], flow f32 [R, 2, h, w], valid."""
        pair = self._pair(index, rng)
        how = self.data.augmentation
        crops = [_augment(pair, how, rng) for _ in range(self.data.crops_per_pair)]
        return {key: np.stack([crop[key] for crop in crops]) for key in crops[0]}

    def _pair(self, index: int, rng: np.random.Generator) -> FlowPair:
        if self.stills is None:
            return self._taught(index, rng)
        if rng.random() < self.data.video_share:
            assert self.pairs is not None
            return self._taught(int(rng.integers(len(self.pairs))), rng)
        still = self.stills.clip(index)
        clip = drive(still.images[0], still.labels, 2, random_motion(rng), rng)
        return FlowPair(clip.images[1], clip.images[0], clip.flows[0], clip.valid[0])

    def _taught(self, index: int, rng: np.random.Generator) -> FlowPair:
        assert self.pairs is not None
        current, previous = self.pairs.pair(index, rng)
        return FlowPair(current, previous, *dis_flow(current, previous))


def _augment(pair: FlowPair, how: Augmentation, rng: np.random.Generator) -> Mapping[str, Any]:
    """One crop of a pair, the same window in both frames."""
    height, width = how.crop or pair.current.shape[:2]
    placement = random_placement(pair.current.shape[:2], how, rng)
    window = (width, height)
    current, previous = (
        cv2.warpAffine(image, placement, window) for image in (pair.current, pair.previous)
    )
    valid = cv2.warpAffine(pair.valid.astype(np.uint8), placement, window, flags=cv2.INTER_NEAREST)
    flow = cv2.warpAffine(pair.flow, placement, window)
    flow = flow * np.diag(placement[:, :2]).astype(np.float32)  # scale, and sign of a mirrored x
    together = recolour(np.concatenate([current, previous]), how.colour, rng)
    current, previous = together.reshape(2, height, width, 3)
    return {
        'current': recolour(current, how.colour / 5, rng),  # exposure drifts between frames
        'previous': previous,
        'flow': np.ascontiguousarray(flow.transpose(2, 0, 1)),
        'valid': valid.astype(bool),
    }


class FlowObjective(Objective):
    """
    Endpoint error of the flow network in pixels, over all its levels.

    :param whole: the other parts are trained, too: they belong into the result
    """

    def __init__(self, network: Accel, whole: bool) -> None:
        super().__init__(network)
        self.whole = whole

    def forward(self, batch: Batch) -> Tensor:
        """Loss of a batch of crops, see `FlowSamples.sample`."""
        assert self.network.flow is not None
        batch = {key: value.flatten(0, 1) for key, value in batch.items()}
        predictions = self.network.flow.predictions(
            self.data_of(batch['current']), self.data_of(batch['previous'])
        )
        valid = batch['valid'].float()[:, None]
        total = batch['flow'].new_zeros(())
        weights = LEVEL_WEIGHTS[-len(predictions) :]
        for weight, prediction in zip(weights, predictions, strict=True):
            size = (prediction.shape[-2], prediction.shape[-1])
            share = F.adaptive_avg_pool2d(valid, size)
            truth = F.adaptive_avg_pool2d(batch['flow'] * valid, size) / share.clamp(min=1e-6)
            error = endpoint_error(prediction.float() * PIXELS_PER_UNIT, truth, share[:, 0] > 0.5)
            total = total + weight * error
        return total

    def save(self, path: Path) -> None:
        """Write the flow network, or the whole network if all of it is trained."""
        if self.whole:
            super().save(path)
        else:
            save_parts(path, self.network, ['flow'])
