# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Deformable convolution: the border rule, and a plain convolution as its special case."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from accel_model.networks.deform import DeformableConv, OffsetGeometry, deform_conv, sample_inside


@pytest.mark.parametrize(
    ('y', 'due'),
    [
        (-0.001, 0.0),  # outside: nothing, though half a neighbour is near
        (0.0, 1.0),
        (0.25, 1.25),
        (1.0, 2.0),
        (2.0, 3.0),
        (2.75, 3.0),  # beyond the last row: the row again, in full
        (2.999, 3.0),
        (3.0, 0.0),
    ],
)
def test_the_border_rule(y: float, due: float) -> None:
    column = torch.tensor([1.0, 2.0, 3.0]).reshape(1, 1, 3, 1).expand(1, 1, 3, 3).contiguous()
    position = torch.tensor([1.0, y]).reshape(1, 2, 1, 1)
    assert sample_inside(column, position).item() == pytest.approx(due, abs=1e-5)
    across = column.transpose(2, 3).contiguous()
    assert sample_inside(across, position.flip(1)).item() == pytest.approx(due, abs=1e-5)


@pytest.mark.parametrize('groups', [1, 2, 4])
def test_without_offsets_it_is_a_dilated_convolution(groups: int) -> None:
    x, weight = torch.rand(2, 8, 7, 9), torch.rand(5, 8, 3, 3)
    found = deform_conv(x, torch.zeros(2, groups * 18, 7, 9), weight, groups)
    torch.testing.assert_close(found, F.conv2d(x, weight, padding=2, dilation=2))


def test_each_group_and_tap_has_its_own_offset() -> None:
    x, weight = torch.rand(1, 4, 8, 8), torch.rand(3, 4, 3, 3)
    offset = torch.zeros(1, 36, 8, 8)
    offset[:, 18 + 2 * 5] = 1.0  # group 1, tap 5 (row 1, column 2): one cell down
    found = deform_conv(x, offset, weight, 2)
    plain = F.conv2d(x, weight, padding=2, dilation=2)
    moved = torch.zeros_like(weight)
    moved[:, 2:, 1, 2] = weight[:, 2:, 1, 2]
    shifted = F.conv2d(F.pad(x[:, :, 1:], (0, 0, 0, 1)), moved, padding=2, dilation=2)
    due = plain - F.conv2d(x, moved, padding=2, dilation=2) + shifted
    torch.testing.assert_close(found[:, :, 2:5, 2:5], due[:, :, 2:5, 2:5])


def test_a_new_layer_starts_without_offsets() -> None:
    layer = DeformableConv(4, 6, OffsetGeometry(groups=1, padding=1, dilation=1))
    x = torch.rand(1, 4, 5, 6)
    torch.testing.assert_close(layer(x), F.conv2d(x, layer.weight, padding=2, dilation=2))
