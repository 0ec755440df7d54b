# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Task `flow`: the narrow FlowNet, on virtual drives with exact flow and on taught video."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch.nn.functional as F
from torch import Tensor, nn

from accel_model.datasets.augment import Augmentation, random_placement, recolour
from accel_model.datasets.camvid import NUM_CLASSES, CamVid
from accel_model.datasets.teacher_flow import FlowPair, TaughtVideo
from accel_model.datasets.virtual_drive import drive, random_motion
from accel_model.losses import endpoint_error
from accel_model.networks.flownet import PIXELS_PER_UNIT
from accel_model.networks.variants import build, find
from accel_model.train.config import ConfigError, TrainConfig
from accel_model.train.parts import channels_last, data_of, save_part

LEVEL_WEIGHTS = (0.05, 0.05, 0.1, 0.2, 0.6)  # coarse to fine


class FlowTask:
    """Train the flow network of a variant.

    `network`: variant.
    `data`: folder (CamVid, for its stills), video (taught by DIS), video_share,
    crops_per_pair (a pair costs more than a crop), augmentation.
    """

    def __init__(self, config: TrainConfig) -> None:
        data = dict(config.data)
        self.network = build(find(config.network['variant']), None, NUM_CLASSES, 'camvid')
        if self.network.flow is None:
            raise ConfigError(f'variant {config.network["variant"]!r} has no flow to train')
        self.flow = channels_last(self.network.flow)
        self.module: nn.Module = self.flow
        self.stills = CamVid(Path(data.pop('folder')), 'train')
        self.video = TaughtVideo(Path(data.pop('video')), self.stills[0].image.shape[0])
        self.video_share = data.pop('video_share')
        self.crops_per_pair = data.pop('crops_per_pair')
        self.augmentation = Augmentation(**data)

    def sample(self, rng: np.random.Generator) -> dict[str, Any]:
        """Crops of a pair: current, previous u8 [R, h, w, 3], flow f32 [R, 2, h, w], valid."""
        taught = rng.random() < self.video_share
        pair = self.video.pair(rng) if taught else self._virtual_pair(rng)
        crops = [_augment(pair, self.augmentation, rng) for _ in range(self.crops_per_pair)]
        return {key: np.stack([crop[key] for crop in crops]) for key in crops[0]}

    def _virtual_pair(self, rng: np.random.Generator) -> FlowPair:
        still = self.stills[int(rng.integers(len(self.stills)))]
        clip = drive(still.image, still.labels, 2, random_motion(rng), rng)
        return FlowPair(clip.images[1], clip.images[0], clip.flows[0], clip.valid[0])

    def loss(self, batch: dict[str, Tensor]) -> Tensor:
        """Endpoint error in pixels over all levels."""
        batch = {key: value.flatten(0, 1) for key, value in batch.items()}
        predictions = self.flow.predictions(
            data_of(self.network, batch['current']), data_of(self.network, batch['previous'])
        )
        valid = batch['valid'].float()[:, None]
        total = batch['flow'].new_zeros(())
        weights = LEVEL_WEIGHTS[-len(predictions) :]
        for weight, prediction in zip(weights, predictions, strict=True):
            size = (prediction.shape[-2], prediction.shape[-1])
            share = F.adaptive_avg_pool2d(valid, size)
            truth = F.adaptive_avg_pool2d(batch['flow'] * valid, size) / share.clamp(min=1e-6)
            error = endpoint_error(prediction * PIXELS_PER_UNIT, truth, share[:, 0] > 0.5)
            total = total + weight * error
        return total

    def save(self, module: nn.Module, path: Path) -> None:
        """Write the flow network, named as in the whole network."""
        save_part(path, {'flow': module})


def _augment(pair: FlowPair, how: Augmentation, rng: np.random.Generator) -> dict[str, Any]:
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
