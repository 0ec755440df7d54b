# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The two special batch normalisations of the original networks."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class GlobalBatchNorm(nn.BatchNorm2d):
    """Batch normalisation that uses its moving statistics in training too, and keeps them."""

    def forward(self, x: Tensor) -> Tensor:
        """Normalise [N, C, H, W] with the moving statistics."""
        return F.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps
        )


class FixedGammaBatchNorm(nn.Module):
    """Batch normalisation whose gamma is 1 and not a parameter (MXNet's `fix_gamma`)."""

    def __init__(self, channels: int, eps: float) -> None:
        super().__init__()
        self.eps = eps
        self.bias = nn.Parameter(torch.zeros(channels))
        self.running_mean: Tensor
        self.running_var: Tensor
        self.register_buffer('running_mean', torch.zeros(channels))
        self.register_buffer('running_var', torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise [N, C, H, W]; in training with the batch's statistics."""
        gamma = torch.ones_like(self.bias)
        return F.batch_norm(
            x, self.running_mean, self.running_var, gamma, self.bias, self.training, 0.1, self.eps
        )
