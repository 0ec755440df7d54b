# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Upsampling: the original's kernel and its fading rim, and the plain one."""

from __future__ import annotations

import torch

from accel_model.networks.upsampling import (
    BilinearUpsampling,
    TransposedUpsampling,
    bilinear_kernel,
)


def test_the_kernel() -> None:
    axis = bilinear_kernel(16)[15] * 32 / 31
    due = torch.tensor([*range(1, 32, 2), *range(31, 0, -2)]) / 32
    torch.testing.assert_close(axis, due)


def test_a_constant_map_fades_at_the_rim() -> None:
    upsampled = TransposedUpsampling(2, 16)(torch.ones(1, 2, 4, 5), (64, 80))[0, 1]
    rim = torch.linspace(0.53125, 0.96875, 8)
    torch.testing.assert_close(upsampled[:8, 40], rim)
    torch.testing.assert_close(upsampled[-8:, 40], rim.flip(0))
    torch.testing.assert_close(upsampled[0, 0].item(), 0.53125**2)
    torch.testing.assert_close(upsampled[8:-8, 8:-8], torch.ones(48, 64))


def test_odd_sizes_are_cropped_and_a_bias_comes_last() -> None:
    scores, bias = torch.rand(1, 3, 3, 4), torch.tensor([1.0, 2.0, 3.0])
    layer = TransposedUpsampling(3, 16)
    found = layer(scores, (41, 57), bias)
    torch.testing.assert_close(found, layer(scores, (48, 64))[..., :41, :57] + bias[:, None, None])


def test_the_plain_one_keeps_constants() -> None:
    upsampled = BilinearUpsampling()(torch.full((1, 2, 3, 4), 7.0), (10, 13))
    torch.testing.assert_close(upsampled, torch.full((1, 2, 10, 13), 7.0))
