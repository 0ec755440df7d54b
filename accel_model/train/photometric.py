# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Task `photometric`: the flow network, on real video and without a teacher.

A frame, carried along a right flow, looks like the other one (Yu et al., ECCV workshops 2016).
That holds where both see the same point: not where the flow leaves the image, and not where the
ways there and back do not meet (Meister et al., AAAI 2018). What the images leave open, a smooth
flow decides, except across edges of the image.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from accel_model.datasets.augment import Augmentation, augment_clip
from accel_model.datasets.frame_pairs import FramePairs
from accel_model.losses import batch_mean
from accel_model.networks.flownet import PIXELS_PER_UNIT
from accel_model.networks.upsampling import map_size
from accel_model.networks.warp import sampling_positions, warp
from accel_model.train.config import TrainConfig
from accel_model.train.data import VideoData
from accel_model.train.flow import LEVEL_WEIGHTS, FlowObjective, flow_network, whole
from accel_model.train.settings import read_settings
from accel_model.train.task import Batch, Task

SMOOTHNESS = 0.02  # weight of the smoothness, against images of 0..1 and flow in cells
EDGES = 10.0  # how much a step of the image's brightness, in 0..1, allows a step of the flow
MOSTLY = 0.5  # share of a frame whose ways meet from which on those that don't are taken as hidden
OUTSIDE = 1  # label of what a crop has beyond its frame


def photometric_task(config: TrainConfig) -> Task:
    """Make the task. Raises ConfigError, DatasetError or VariantError."""
    data = read_settings(VideoData, config.data, 'data')
    network = flow_network(config)
    samples = PairSamples(data.pairs(), data.augmentation)
    return Task(samples, PhotometricObjective(network, whole(config.init)))


class PairSamples:
    """Crops of pairs of frames."""

    def __init__(self, pairs: FramePairs, how: Augmentation) -> None:
        self.pairs, self.how = pairs, how

    def __len__(self) -> int:
        return len(self.pairs)

    def sample(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        """Return current and previous, u8 [h, w, 3], and where they have a frame, bool [h, w]."""
        pair = np.stack(self.pairs.pair(index, rng))
        nothing = np.zeros(pair.shape[1:3], np.uint8)
        (current, previous), labels = augment_clip(pair, nothing, self.how, OUTSIDE, rng)
        return {'current': current, 'previous': previous, 'inside': labels != OUTSIDE}


class PhotometricObjective(FlowObjective):
    """Photometric error and smoothness in both directions, over all levels."""

    def forward(self, batch: Batch) -> Tensor:
        """Loss of a batch of crops, see `PairSamples.sample`."""
        assert self.network.flow is not None
        images = torch.cat([batch['current'], batch['previous']])
        data = self.data_of(images)
        predictions = self.network.flow.predictions(data, _swapped(data))
        colours = images.permute(0, 3, 1, 2).float() / 255
        inside = batch['inside'].float()[:, None].repeat(2, 1, 1, 1)
        total = colours.new_zeros(())
        weights = LEVEL_WEIGHTS[-len(predictions) :]
        for weight, prediction in zip(weights, predictions, strict=True):
            size = map_size(prediction)
            cells = PIXELS_PER_UNIT * size[1] / colours.shape[-1]
            view = F.adaptive_avg_pool2d(colours, size)
            known = F.adaptive_avg_pool2d(inside, size)[:, 0] > 0.99
            total = total + weight * photometric_loss(view, prediction.float() * cells, known)
        return total


def _swapped(both: Tensor) -> Tensor:
    """Exchange the halves of a batch: the frames and their counterparts."""
    return torch.cat(both.chunk(2)[::-1])


def photometric_loss(images: Tensor, flow: Tensor, known: Tensor) -> Tensor:
    """
    Compare images with their counterparts, carried along the flow.

    :param images: [2N, 3, h, w] in 0..1; image i and i + N belong together
    :param flow: [2N, 2, h, w], from every image to its counterpart, in cells
    :param known: bool [2N, h, w], where there is an image
    """
    carried = warp(_swapped(images), flow)
    reached = warp(_swapped(known.float()[:, None]), flow.detach())[:, 0] > 0.99
    seen = visible(flow.detach()) & known & reached
    error = robust(images - carried).mean(1)
    return batch_mean(error, seen.float()) + SMOOTHNESS * roughness(flow, images)


@torch.no_grad()
def visible(flow: Tensor) -> Tensor:
    """
    Where the counterpart sees the same point, bool [2N, h, w].

    A flow that hardly meets its way back anywhere is wrong and tells nothing about what is
    hidden: then all that stays inside the image counts.
    """
    height, width = map_size(flow)
    x, y = sampling_positions(flow).unbind(1)
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    back = warp(_swapped(flow), flow)
    miss = ((flow + back) ** 2).sum(1)
    way = (flow**2 + back**2).sum(1)
    meets = inside & (miss < 0.01 * way + 0.5)
    trusted = meets.float().mean((1, 2), keepdim=True) > MOSTLY
    return torch.where(trusted, meets, inside)


def robust(difference: Tensor) -> Tensor:
    """A norm that large differences, which motion does not explain, do not rule."""
    return (difference**2 + 1e-6) ** 0.45


def roughness(flow: Tensor, images: Tensor) -> Tensor:
    """Mean step of the flow between neighbours that look alike."""
    total = flow.new_zeros(())
    for dim in (2, 3):
        if flow.shape[dim] < 2:
            continue
        edge = images.diff(dim=dim).abs().mean(1, keepdim=True)
        step = robust(flow.diff(dim=dim)) * torch.exp(-EDGES * edge)
        total = total + batch_mean(step, torch.ones_like(step))
    return total
