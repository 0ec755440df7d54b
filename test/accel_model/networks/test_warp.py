# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Warp: positions, borders and sizes, against sums written out by hand."""

from __future__ import annotations

import pytest
import torch

from accel_model.networks.warp import sampling_positions, warp


def ramp(height: int, width: int) -> torch.Tensor:
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing='ij')
    return (10.0 * y + x + 1.0)[None, None]


def flow_of(x: float, y: float, height: int, width: int) -> torch.Tensor:
    return torch.tensor([x, y])[None, :, None, None].expand(1, 2, height, width)


def test_no_flow_changes_nothing() -> None:
    feat = torch.rand(2, 3, 5, 7)
    torch.testing.assert_close(warp(feat, torch.zeros(2, 2, 5, 7)), feat)


def test_the_first_channel_is_x_in_cells() -> None:
    feat = ramp(4, 6)
    moved = warp(feat, flow_of(1.0, 0.0, 4, 6))
    torch.testing.assert_close(moved[..., :5], feat[..., 1:])
    torch.testing.assert_close(moved[..., 5], torch.zeros(1, 1, 4))
    moved = warp(feat, flow_of(0.0, -1.0, 4, 6))
    torch.testing.assert_close(moved[..., 1:, :], feat[..., :3, :])
    torch.testing.assert_close(moved[..., 0, :], torch.zeros(1, 1, 6))


def test_half_a_cell_beyond_the_border_counts_half() -> None:
    moved = warp(torch.ones(1, 1, 3, 3), flow_of(-0.25, 0.5, 3, 3))
    columns, rows = torch.tensor([0.75, 1.0, 1.0]), torch.tensor([1.0, 1.0, 0.5])
    torch.testing.assert_close(moved[0, 0], torch.outer(rows, columns))


@pytest.mark.parametrize('size', [(1, 1), (1, 4), (3, 1)])
def test_maps_one_cell_high_or_wide(size: tuple[int, int]) -> None:
    feat = torch.rand(1, 2, *size)
    torch.testing.assert_close(warp(feat, torch.zeros(1, 2, *size)), feat)


def test_the_output_has_the_size_of_the_flow() -> None:
    assert warp(torch.rand(1, 4, 5, 7), torch.zeros(1, 2, 6, 8)).shape == (1, 4, 6, 8)


def test_the_gradient_reaches_the_flow() -> None:
    flow = torch.full((1, 2, 4, 6), 0.3, requires_grad=True)
    warp(ramp(4, 6), flow).sum().backward()
    assert flow.grad is not None
    torch.testing.assert_close(flow.grad[0, 0, 1, 2].item(), 1.0)
    torch.testing.assert_close(flow.grad[0, 1, 1, 2].item(), 10.0)


def test_positions_stay_exact_when_flow_comes_in_16_bits():
    flow = torch.full((1, 2, 3, 600), 0.5, dtype=torch.bfloat16)
    positions = sampling_positions(flow)
    assert positions[0, 0, 0, 599] == 599.5  # bfloat16 would make it 600
