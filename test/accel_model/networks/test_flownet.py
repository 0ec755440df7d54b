# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""FlowNet: its shapes at every stride, and the units of its flow."""

from __future__ import annotations

import pytest
import torch
from support.narrow import FLOW

from accel_model.networks.flownet import PIXELS_PER_UNIT, FlowNet


def frames(height: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    return torch.rand(1, 3, height, width) * 255, torch.rand(1, 3, height, width) * 255


@pytest.mark.parametrize('size', [(64, 128), (137, 259), (33, 17)])
def test_levels_and_flow(size: tuple[int, int]) -> None:
    network = FlowNet(FLOW)
    levels = network.predictions(*frames(*size))
    strides = [round(size[1] / level.shape[-1]) for level in levels[:2]]
    assert len(levels) == 5 and strides == sorted(strides, reverse=True)
    assert network(*frames(*size)).shape[-2:] == tuple((side + 15) // 16 for side in size)


def test_the_state_may_have_another_stride() -> None:
    coarse, fine = FlowNet(FLOW, stride=8), FlowNet(FLOW, stride=4)
    fine.load_state_dict(coarse.state_dict())
    flow = coarse(*frames(96, 128))
    upsampled = fine(*frames(96, 128), (24, 32))
    assert flow.shape == (1, 2, 12, 16) and upsampled.shape == (1, 2, 24, 32)
    pixels = coarse.predictions(*frames(96, 128))[-1] * PIXELS_PER_UNIT
    torch.testing.assert_close(flow * 8, pixels)
    torch.testing.assert_close(upsampled.mean() * 4, pixels.mean())


def test_a_fine_state_needs_its_size() -> None:
    with pytest.raises(ValueError, match='needs the size'):
        FlowNet(FLOW, stride=4)(*frames(64, 64))
    with pytest.raises(ValueError, match='must be 2, 4, 8 or 16'):
        FlowNet(FLOW, stride=32)
