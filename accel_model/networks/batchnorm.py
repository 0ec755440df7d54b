# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The special batch normalisations of the original networks."""

from __future__ import annotations

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn

_MOMENTUM = 0.1  # share of a batch in the moving statistics


class GlobalBatchNorm(nn.BatchNorm2d):
    """Batch normalisation that uses its moving statistics in training too, and keeps them."""

    def forward(self, x: Tensor) -> Tensor:
        """Normalise [N, C, H, W] with the moving statistics."""
        return F.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps
        )


class BatchNorm(nn.BatchNorm2d):
    """Batch normalisation whose moving variance is that of the biased variances, as in MXNet."""

    def forward(self, x: Tensor) -> Tensor:
        """Normalise [N, C, H, W]; in training with the batch's statistics."""
        if not self.training:
            return super().forward(x)
        assert self.running_mean is not None and self.running_var is not None
        return _by_batch(x, self.running_mean, self.running_var, self.weight, self.bias, self.eps)


class FixedGammaBatchNorm(nn.Module):
    """`BatchNorm` whose gamma is 1 and not a parameter (MXNet's `fix_gamma`)."""

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
        mean, var = self.running_mean, self.running_var
        if self.training:
            return _by_batch(x, mean, var, gamma, self.bias, self.eps)
        return F.batch_norm(x, mean, var, gamma, self.bias, False, 0.0, self.eps)


def _by_batch(
    x: Tensor, mean: Tensor, var: Tensor, gamma: Tensor, beta: Tensor, eps: float
) -> Tensor:
    """Normalise by the batch's statistics and add them to the moving ones."""
    moved = var.clone()
    normalised = F.batch_norm(x, mean, moved, gamma, beta, True, _MOMENTUM, eps)
    # PyTorch added the unbiased variance, n / (n - 1) times the one that MXNet adds.
    with torch.no_grad():
        var.copy_(moved - (moved - (1 - _MOMENTUM) * var) / _cells(x))
    return normalised


def _cells(x: Tensor) -> int:
    """Return how many values of a channel a batch has, on all processes of a training."""
    processes = dist.get_world_size() if dist.is_initialized() else 1
    return x.numel() // x.shape[1] * processes
