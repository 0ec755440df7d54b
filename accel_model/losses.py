# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Losses of the trainings."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def balanced_weights(frequencies: Tensor, power: float) -> Tensor:
    """Class weights (median frequency / frequency) ** power, [K]; power 0 weighs all alike.

    A class that never occurs weighs 1: it has no pixels to weigh.
    """
    seen = frequencies > 0
    typical = frequencies[seen].median()
    return torch.where(seen, typical / frequencies.clamp(min=1e-12), 1.0) ** power


def segmentation_loss(scores: Tensor, labels: Tensor, ignore: int, weights: Tensor) -> Tensor:
    """Cross-entropy of scores [N, K, H, W] against labels [N, H, W], mean over valid pixels."""
    return F.cross_entropy(scores, labels.long(), weight=weights, ignore_index=ignore)


def endpoint_error(flow: Tensor, truth: Tensor, valid: Tensor) -> Tensor:
    """Mean distance between flow and truth [N, 2, h, w] where valid [N, h, w] is true."""
    distance = torch.sqrt(((flow - truth) ** 2).sum(1) + 1e-6)
    return (distance * valid).sum() / valid.sum().clamp(min=1)
