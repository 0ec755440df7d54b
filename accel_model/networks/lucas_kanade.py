# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Lucas and Kanade's registration (IJCAI 1981): the last fraction of a pixel of a flow.

The gradients are those of the current frame, so they are summed once for all steps (Baker and
Matthews, IJCV 2004, section 3.2). Nothing is learnt.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from accel_model.networks.warp import warp

STEPS = 2
WINDOW = 5  # cells; averaging over it twice is a window of nine that falls off to its rim
FLAT = 2.5e-5  # squared gradient below which nothing can be seen to move; data between 0 and 1
LONGEST = 1.0  # cells that a step may go: it finds a fraction, not another place


def refine(flow: Tensor, current: Tensor, previous: Tensor) -> Tensor:
    """
    Shift a flow, cell by cell, to where the previous frame looks like the current one.

    :param flow: [N, 2, h, w] x and y from the current frame to the previous, in cells
    :param current: [N, 1, h, w] brightness, black and white 1 apart
    :param previous: [N, 1, h, w] that of the frame before
    :returns: flow [N, 2, h, w]
    """
    dx, dy = gradients(current)
    xx, xy, yy = window_mean(torch.cat([dx * dx, dx * dy, dy * dy], 1)).split(1, 1)
    xx, yy = xx + FLAT, yy + FLAT
    determinant = xx * yy - xy * xy
    previous = torch.cat([previous, torch.ones_like(previous)], 1)
    for _ in range(STEPS):
        seen, inside = warp(previous, flow).split(1, 1)
        missing = inside * current - seen
        x, y = window_mean(torch.cat([dx * missing, dy * missing], 1)).split(1, 1)
        step = torch.cat([yy * x - xy * y, xx * y - xy * x], 1) / determinant
        flow = flow + step.clamp(-LONGEST, LONGEST)
    return flow


def gradients(image: Tensor) -> tuple[Tensor, Tensor]:
    """Central differences along x and y, [N, 1, h, w] each; 0 at the rim."""
    dx = F.pad((image[..., 2:] - image[..., :-2]) / 2, (1, 1))
    dy = F.pad((image[..., 2:, :] - image[..., :-2, :]) / 2, (0, 0, 1, 1))
    return dx, dy


def window_mean(x: Tensor) -> Tensor:
    """Mean over the cells around, [N, C, h, w] -> the same shape."""
    for _ in range(2):
        x = F.avg_pool2d(x, WINDOW, 1, WINDOW // 2, count_include_pad=False)
    return x
