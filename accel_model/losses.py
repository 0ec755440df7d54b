# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Losses of the trainings: means over the whole batch, however many processes share it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn

from accel_ros.errors import AccelError


def batch_mean(values: Tensor, weights: Tensor) -> Tensor:
    """
    Weighted mean of values over the batches of all processes; 0 where nothing has weight.

    Each process returns its own share times the number of processes, so that the mean of the
    results, and DistributedDataParallel's mean of their gradients, are those of the whole batch.

    :param values: any shape
    :param weights: the same shape, not negative, not differentiated
    """
    total = weights.detach().sum()
    processes = 1
    if dist.is_initialized():
        dist.all_reduce(total)
        processes = dist.get_world_size()
    return (values * weights).sum() * processes / total.clamp(min=1e-12)


def balanced_weights(frequencies: Tensor, power: float) -> Tensor:
    """Class weights (median frequency / frequency) ** power, [K]; power 0 weighs all alike.

    A class that never occurs weighs 1: it has no pixels to weigh.
    """
    seen = frequencies > 0
    typical = frequencies[seen].median()
    return torch.where(seen, typical / frequencies.clamp(min=1e-12), 1.0) ** power


@dataclass(frozen=True)
class Ohem:
    """
    Online hard example mining (Shrivastava et al., CVPR 2016): only hard pixels count.

    :param loss: those whose cross-entropy is above this; 0.36 means that the right class has 70 %
    :param share: but at least this share of every image's labelled pixels, the hardest first
    """

    loss: float
    share: float

    def __post_init__(self) -> None:
        """Raise AccelError for a share that is none."""
        if not 0 <= self.share <= 1:
            raise AccelError(f'the share of hard pixels is {self.share} and should be 0 to 1')

    def hard(self, losses: Tensor, valid: Tensor) -> Tensor:
        """Return which pixels count, bool [N, H, W]; losses [N, H, W] are 0 where not valid."""
        hard = losses > self.loss
        for index, image in enumerate(losses.detach()):
            wanted = math.ceil(self.share * int(valid[index].sum()))
            if int(hard[index].sum()) < wanted:
                hard[index] = image >= image.flatten().topk(wanted).values[-1]
        return hard & valid


class SegmentationLoss(nn.Module):
    """
    Cross-entropy, mean over the labelled pixels of the whole batch.

    :param ignore: the label that does not count
    :param weights: of the classes, [K]
    :param ohem: count hard pixels only
    """

    weights: Tensor

    def __init__(self, ignore: int, weights: Tensor, ohem: Ohem | None = None) -> None:
        super().__init__()
        self.ignore, self.ohem = ignore, ohem
        self.register_buffer('weights', weights, persistent=False)

    def forward(
        self, scores: Tensor, labels: Tensor, said: Tensor | None = None, share: float = 0.0
    ) -> Tensor:
        """Loss of scores [N, K, H, W] against labels [N, H, W], u8.

        :param said: a teacher's probabilities [N, K, H, W], u8 0..255
        :param share: of the targets, what the teacher says; the labels have the rest
        """
        labels = labels.long()
        valid = labels != self.ignore
        losses = F.cross_entropy(
            scores.float(), labels, ignore_index=self.ignore, reduction='none'
        )
        counted = valid if self.ohem is None else self.ohem.hard(losses, valid)
        if said is not None:
            losses = (1 - share) * losses + share * cross_entropy_with(said, scores.float())
        weights = self.weights[labels.where(valid, 0)]
        return batch_mean(losses, weights * counted)


def cross_entropy_with(said: Tensor, scores: Tensor) -> Tensor:
    """Cross-entropy [N, H, W] of scores with probabilities u8 0..255, both [N, K, H, W]."""
    target = said / said.sum(1, keepdim=True).clamp(min=1)  # rounded, so they sum to 255 or so
    return -(target * scores.log_softmax(1)).sum(1)


def endpoint_error(flow: Tensor, truth: Tensor, valid: Tensor) -> Tensor:
    """Mean distance between flow and truth [N, 2, h, w] where valid [N, h, w] is true."""
    distance = torch.sqrt(((flow - truth) ** 2).sum(1) + 1e-6)
    return batch_mean(distance, valid.float())
