# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Warp: carry features forward along the flow (Zhu et al., Deep Feature Flow, CVPR 2017)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def at_least_float32(x: Tensor) -> Tensor:
    """Positions in 16 bits, as mixed precision gives them, would miss the cells of large maps."""
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x


def sampling_positions(flow: Tensor) -> Tensor:
    """
    Where each output cell reads, in cells: its own position plus the flow.

    :param flow: [N, 2, h, w], channel 0 = x, channel 1 = y, in cells
    :returns: [N, 2, h, w], x and y in cells (0 = centre of the first cell)
    """
    flow = at_least_float32(flow)
    height, width = flow.shape[-2:]
    x = torch.arange(width, dtype=flow.dtype, device=flow.device)
    y = torch.arange(height, dtype=flow.dtype, device=flow.device)
    base = torch.stack(torch.broadcast_tensors(x[None, :], y[:, None]))
    return flow + base


def to_grid(positions: Tensor, size: tuple[int, int]) -> Tensor:
    """
    Turn positions in cells into the grid that `grid_sample(align_corners=False)` reads.

    That form is defined for maps one cell high or wide too, where the original's
    `2x / (W - 1) - 1` divides by zero.

    :param positions: [N, 2, h, w], x and y in cells
    :param size: (H, W) of the map that is sampled
    :returns: [N, h, w, 2]
    """
    height, width = size
    scale = positions.new_tensor([2.0 / width, 2.0 / height])[:, None, None]
    offset = positions.new_tensor([1.0 / width - 1.0, 1.0 / height - 1.0])[:, None, None]
    # Whole planes first: onnxruntime takes fifteen times as long over pairs of numbers.
    return (positions * scale + offset).permute(0, 2, 3, 1)


def warp(feat: Tensor, flow: Tensor) -> Tensor:
    """
    Sample `feat` bilinearly at every cell's position plus its flow.

    Each of the four neighbours that lies outside the map counts as zero.

    :param feat: [N, C, H, W]
    :param flow: [N, 2, h, w] in cells of `feat`
    :returns: [N, C, h, w]
    """
    grid = to_grid(sampling_positions(flow), (feat.shape[-2], feat.shape[-1]))
    return F.grid_sample(feat, grid, mode='bilinear', padding_mode='zeros', align_corners=False)
