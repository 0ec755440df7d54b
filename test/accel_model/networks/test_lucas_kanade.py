# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The last fraction of a pixel, on scenes whose motion is known."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from accel_model.networks.lucas_kanade import LONGEST, STEPS, gradients, refine, window_mean

HEIGHT, WIDTH = 24, 40


def scene(shift_x: float = 0.0, shift_y: float = 0.0) -> Tensor:
    """Return a smooth pattern [1, 1, h, w], 0 to 1, moved by some cells."""
    y, x = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH), indexing='ij')
    x, y = x - shift_x, y - shift_y
    waves = (
        torch.sin(0.7 * x + 0.2 * y) + torch.sin(0.6 * y - 0.3 * x) + torch.sin(0.4 * x * y / 9)
    )
    return (waves / 6 + 0.5)[None, None]


def uniform(x: float, y: float) -> Tensor:
    return torch.tensor([x, y]).view(1, 2, 1, 1).expand(1, 2, HEIGHT, WIDTH)


def inner(flow: Tensor) -> Tensor:
    return flow[..., 5:-5, 5:-5]


@pytest.mark.parametrize('x, y', [(0.4, -0.3), (-0.6, 0.2), (0.0, 0.5)])
def test_a_fraction_of_a_cell_is_found(x: float, y: float) -> None:
    # The scene moved by (x, y), so each cell was at its position less that.
    found = refine(uniform(0.0, 0.0), scene(x, y), scene())
    missed = (inner(found) - inner(uniform(-x, -y))).norm(dim=1)
    assert missed.mean() < 0.15 * math.hypot(x, y)


def test_whole_cells_are_the_flow_s_own_business() -> None:
    found = refine(uniform(-5.0, 3.0), scene(5.3, -3.2), scene())
    missed = (inner(found) - inner(uniform(-5.3, 3.2))).norm(dim=1)
    assert missed.mean() < 0.15 * math.hypot(0.3, 0.2)


def test_what_is_right_stays() -> None:
    flow = uniform(0.0, 0.0)
    torch.testing.assert_close(refine(flow, scene(), scene()), flow)


def test_where_nothing_can_be_seen_the_flow_stays() -> None:
    flow, grey = uniform(0.7, -1.2), torch.full((1, 1, HEIGHT, WIDTH), 0.5)
    torch.testing.assert_close(refine(flow, grey, grey), flow)


def test_what_comes_from_outside_the_picture_is_no_evidence() -> None:
    flow = uniform(100.0, 0.0)
    torch.testing.assert_close(refine(flow, scene(), scene(3.0, 1.0)), flow)


def test_no_step_goes_further_than_a_cell() -> None:
    flow = refine(uniform(0.0, 0.0), 100 * scene(4.0, 4.0), -100 * scene())
    assert flow.abs().max() <= STEPS * LONGEST


def test_gradients_are_per_cell_and_none_is_made_up_at_the_rim() -> None:
    y, x = torch.meshgrid(torch.arange(6.0), torch.arange(8.0), indexing='ij')
    dx, dy = gradients((2 * x - 3 * y)[None, None])
    assert (dx[..., 1:-1] == 2).all() and (dx[..., [0, -1]] == 0).all()
    assert (dy[..., 1:-1, :] == -3).all() and (dy[..., [0, -1], :] == 0).all()


def test_the_mean_of_a_constant_is_that_constant_up_to_the_rim() -> None:
    torch.testing.assert_close(
        window_mean(torch.full((1, 2, 7, 9), 3.0)), torch.full((1, 2, 7, 9), 3.0)
    )


def test_it_can_be_learnt_through() -> None:
    flow = torch.zeros(1, 2, HEIGHT, WIDTH, requires_grad=True)
    refine(flow, scene(0.3, 0.1), scene()).square().sum().backward()
    assert flow.grad is not None and flow.grad.isfinite().all() and flow.grad.abs().sum() > 0
