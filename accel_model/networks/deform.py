# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Deformable convolution (Dai et al., ICCV 2017) with the border rule of its first release."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from accel_model.networks.warp import at_least_float32, to_grid


@dataclass(frozen=True)
class OffsetGeometry:
    """How a 3x3 layer finds its offsets: groups of channels, and the offset layer's window."""

    groups: int
    padding: int
    dilation: int


def tap_positions(offset: Tensor, groups: int, padding: int, dilation: int) -> Tensor:
    """
    Where the 3x3 taps of every output cell read.

    :param offset: [N, groups * 9 * 2, h, w]; per group and tap (row-major) dy, then dx
    :returns: [N * groups, 2, 9 * h, w], x and y in cells
    """
    offset = at_least_float32(offset)
    batch, _, height, width = offset.shape
    taps = torch.arange(3, dtype=offset.dtype, device=offset.device) * dilation - padding
    rows = torch.arange(height, dtype=offset.dtype, device=offset.device)
    columns = torch.arange(width, dtype=offset.dtype, device=offset.device)
    y = (taps[:, None, None, None] + rows[:, None]).expand(3, 3, height, width)
    x = (taps[:, None, None] + columns).expand(3, 3, height, width)
    base = torch.stack([y, x], 2).reshape(1, 9, 2, height, width)
    position = offset.reshape(batch * groups, 9, 2, height, width) + base
    # Reordering (dy, dx) to (x, y) and stacking the taps on top of each other.
    return position.flip(2).transpose(1, 2).reshape(batch * groups, 2, 9 * height, width)


def sample_inside(x: Tensor, positions: Tensor) -> Tensor:
    """
    Sample bilinearly with the original border rule.

    A position outside [0, H) x [0, W) gives 0. Inside, the neighbour beyond the last row or
    column is that row or column again: so between H - 1 and H the edge counts in full.

    :param x: [N, C, H, W]
    :param positions: [N, 2, h, w], x and y in cells
    :returns: [N, C, h, w]
    """
    height, width = x.shape[-2:]
    px, py = positions[:, :1], positions[:, 1:]
    inside = (px >= 0) & (px < width) & (py >= 0) & (py < height)
    # The same as padding_mode='border', over which onnxruntime takes fourteen times as long.
    clamped = torch.cat([px.clamp(0, width - 1), py.clamp(0, height - 1)], 1)
    grid = to_grid(clamped, (height, width))
    sampled = F.grid_sample(x, grid, mode='bilinear', padding_mode='zeros', align_corners=False)
    return sampled * inside.to(x.dtype)


class DeformableConv(nn.Module):
    """
    3x3 deformable convolution, padding 2, dilation 2, that finds its own offsets.

    Written as one sampling of all taps and one product over (channel, tap), the only form
    that every inference engine accepts. It has no bias before `export` folds one into it.
    """

    def __init__(self, inputs: int, outputs: int, geometry: OffsetGeometry) -> None:
        super().__init__()
        self.groups = geometry.groups
        self.weight = nn.Parameter(torch.empty(outputs, inputs, 3, 3))
        nn.init.kaiming_uniform_(self.weight, a=5**0.5)
        self.bias: nn.Parameter | None
        self.register_parameter('bias', None)
        self.offset = nn.Conv2d(
            inputs,
            geometry.groups * 18,
            kernel_size=3,
            padding=geometry.padding,
            dilation=geometry.dilation,
        )
        nn.init.zeros_(self.offset.weight)
        nn.init.zeros_(self.offset.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, h, w] -> [N, C', h, w]."""
        return deform_conv(x, self.offset(x), self.weight, self.groups, self.bias)


def deform_conv(
    x: Tensor, offset: Tensor, weight: Tensor, groups: int, bias: Tensor | None = None
) -> Tensor:
    """
    Convolve [N, C, h, w] at displaced taps (3x3, padding 2, dilation 2, stride 1).

    :param offset: [N, groups * 18, h, w]; each group serves C / groups channels in order
    :param weight: [C', C, 3, 3]
    :returns: [N, C', h, w]
    """
    batch, channels, height, width = x.shape
    positions = tap_positions(offset, groups, padding=2, dilation=2)
    by_group = x.reshape(batch * groups, channels // groups, height, width)
    sampled = sample_inside(by_group, positions)  # [N * groups, C / groups, 9 * h, w]
    columns = sampled.reshape(batch, channels * 9, height, width)
    return F.conv2d(columns, weight.reshape(weight.shape[0], channels * 9, 1, 1), bias)
