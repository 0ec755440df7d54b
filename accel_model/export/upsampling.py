# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Transposed convolutions as what engines are faster at; the function stays the same."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from accel_model.networks.upsampling import TransposedUpsampling, bilinear_kernel


class PaddedInterpolation(nn.Module):
    """
    The original's upsampling: bilinear interpolation of the map with a rim of zeros around it.

    Its kernels are the interpolation's weights, and zeros are what it reads beyond the map.
    """

    preserves_constants = False

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, scores: Tensor, size: tuple[int, int], bias: Tensor | None = None) -> Tensor:
        """
        [N, K, h, w] -> [N, K, H, W] with (H, W) = size.

        :param bias: [K], as if added afterwards; interpolation leaves constants alone
        """
        scores = F.pad(scores, (1, 1, 1, 1))
        if bias is not None:
            scores = scores + bias[:, None, None]
        whole = F.interpolate(
            scores, scale_factor=float(self.stride), mode='bilinear', align_corners=False
        )
        rim = self.stride
        return whole[..., rim : rim + size[0], rim : rim + size[1]]


def as_interpolation(upsampling: nn.Module) -> nn.Module:
    """Return the same function as an interpolation, where it is one."""
    if not isinstance(upsampling, TransposedUpsampling):
        return upsampling
    kernel = bilinear_kernel(upsampling.stride)
    if not bool((upsampling.weight == kernel).all()):
        return upsampling
    return PaddedInterpolation(upsampling.stride)


class PhasedUpsampling(nn.Module):
    """
    A transposed convolution of kernel 4, stride 2, padding 1, and the pixelwise layers after it.

    Every second row and column of its output is a 2x2 convolution of the input, so it is four of
    these. What follows pixel by pixel works on each, which leaves less to interleave.
    """

    def __init__(self, weight: Tensor, bias: Tensor, after: nn.Module) -> None:
        """`weight`: [C, C', 4, 4], of the transposed convolution."""
        super().__init__()
        self.after = after
        self.phases = nn.ModuleList(
            _phase(weight, bias, row, column) for row in (0, 1) for column in (0, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, h, w] -> [N, K, 2h, 2w]."""
        x = F.pad(x, (1, 1, 1, 1))
        height, width = x.shape[-2] - 1, x.shape[-1] - 1
        outputs = []
        for index, phase in enumerate(self.phases):
            row, column = divmod(index, 2)
            window = x[..., row : row + height, column : column + width]
            outputs.append(self.after(torch.relu(phase(window))))
        return F.pixel_shuffle(torch.stack(outputs, 2).flatten(1, 2), 2)


def _phase(weight: Tensor, bias: Tensor, row: int, column: int) -> nn.Conv2d:
    """Return the 2x2 convolution that gives the output's rows and columns of one parity."""
    taps = ([3, 1], [2, 0])  # an output row reads the input rows before and at it, or at and after
    kernel = weight[:, :, taps[row]][:, :, :, taps[column]].transpose(0, 1)
    conv = nn.Conv2d(kernel.shape[1], kernel.shape[0], 2)
    conv.weight = nn.Parameter(kernel.contiguous().float(), requires_grad=False)
    conv.bias = nn.Parameter(bias.float(), requires_grad=False)
    return conv
