# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The narrow PWC-Net: cost volume against its definition, sizes, and that it learns matching."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from accel_model.networks.flownet import PIXELS_PER_UNIT, FlowWidths
from accel_model.networks.lucas_kanade import refine
from accel_model.networks.pwcnet import Match, PwcNet, cost_volume, halve

WIDTHS = FlowWidths((4, 6, 8, 10, 12), (8, 6, 4))


def test_match_is_the_offset_that_the_volume_votes_for():
    volume = torch.zeros(1, 49, 2, 3)
    volume[0, 0 * 7 + 5] = 5.0  # dy = -3, dx = 2
    match = Match()
    offset = match(volume)
    assert offset.shape == (1, 2, 2, 3)
    torch.testing.assert_close(offset[:, 0], torch.full((1, 2, 3), 2.0))
    torch.testing.assert_close(offset[:, 1], torch.full((1, 2, 3), -3.0))
    undecided = match(torch.zeros(1, 49, 2, 3))
    torch.testing.assert_close(undecided, torch.zeros_like(undecided))


def test_textured_images_match_before_any_training():
    torch.manual_seed(0)
    network = PwcNet(FlowWidths((16, 32, 48, 64, 96), (48, 32, 24)), 8, 1.0)
    wall = torch.nn.functional.avg_pool2d(torch.randn(1, 3, 160, 160), 3, 1, 1)
    current, previous = wall[..., 16:144, 8:136], wall[..., :128, :128]
    with torch.no_grad():
        both = network._levels(halve(torch.cat([current, previous])))[1]  # stride 8
        volume = cost_volume(both[:1], both[1:])
    # What is at (y, x) now was at (y + 16, x + 8) before: two cells down, one to the right.
    assert (volume.argmax(1) == (2 + 3) * 7 + (1 + 3)).float().mean() > 0.5


def test_cost_volume_is_the_cosine_with_every_cell_around():
    generator = torch.Generator().manual_seed(0)
    current, previous = torch.randn(2, 2, 5, 6, 7, generator=generator)
    volume = cost_volume(current, previous, 2)
    assert volume.shape == (2, 25, 6, 7)
    for sample, y, x, dy, dx in ((0, 3, 3, 1, -2), (1, 2, 4, -2, 2), (1, 5, 6, 1, 0)):
        row, column = y + dy, x + dx
        inside = 0 <= row < 6 and 0 <= column < 7
        other = previous[sample, :, row, column] if inside else torch.zeros(5)
        expected = torch.cosine_similarity(current[sample, :, y, x], other, 0)
        offset = (dy + 2) * 5 + dx + 2
        torch.testing.assert_close(volume[sample, offset, y, x], expected)


@pytest.mark.parametrize('size', [(64, 64), (64, 96), (90, 121), (360, 480)])
def test_predictions_go_from_stride_64_to_8_and_flow_is_on_the_state_s_grid(size):
    network = PwcNet(WIDTHS, 4, 0.5).eval()
    data = torch.zeros(1, 3, *size)
    with torch.no_grad():
        levels = network.predictions(data, data)
        flow = network(data, data, (size[0] // 4, size[1] // 4))
    assert len(levels) == 4
    assert all(fine.shape[-1] > coarse.shape[-1] for coarse, fine in zip(levels, levels[1:]))
    assert levels[-1].shape[-2] == -(-(size[0] // 2) // 4)
    assert flow.shape == (1, 2, size[0] // 4, size[1] // 4)


def test_flow_is_in_cells_of_the_state():
    torch.manual_seed(0)
    network = PwcNet(WIDTHS, 4, 0.5).eval()
    current, previous = torch.full((1, 3, 64, 96), 0.3), torch.randn(1, 3, 64, 96)
    with torch.no_grad():
        flow = network.predictions(current, previous)[-1] * PIXELS_PER_UNIT / 4
        for size in ((32, 48), (16, 24)):  # halves, where nothing can be refined, and the state
            flow = F.interpolate(flow, size, mode='bilinear', align_corners=False)
        torch.testing.assert_close(network(current, previous, (16, 24)), flow)


def test_flow_is_refined_on_the_halves():
    torch.manual_seed(0)
    network = PwcNet(WIDTHS, 2, 0.5).eval()
    data = F.avg_pool2d(torch.randn(2, 3, 68, 100), 5, 1)[:, None]
    with torch.no_grad():
        flow = network.predictions(data[0], data[1])[-1] * PIXELS_PER_UNIT / 2
        flow = F.interpolate(flow, (32, 48), mode='bilinear', align_corners=False)
        grey = [halve(frame).mean(1, keepdim=True) * 0.5 for frame in data]
        due = refine(flow, *grey)
        torch.testing.assert_close(network(data[0], data[1], (32, 48)), due)
    assert (due - flow).abs().mean() > 0.01


def test_every_level_corrects_the_coarser_one():
    network = PwcNet(WIDTHS, 8, 1.0).eval()
    with torch.no_grad():
        for level, predict in enumerate(network.predict_flow):
            predict.weight.zero_()  # so that only the biases speak
            predict.bias.copy_(torch.tensor([1.0, -2.0]) * 10**level)
        data = torch.zeros(1, 3, 128, 128)
        levels = network.predictions(data, data)
    for flow, x in zip(levels, (1.0, 11.0, 111.0, 1111.0)):
        torch.testing.assert_close(flow[:, 0], torch.full_like(flow[:, 0], x))
        torch.testing.assert_close(flow[:, 1], torch.full_like(flow[:, 1], -2 * x))


def test_a_stride_above_8_is_refused():
    with pytest.raises(ValueError, match='at most 8, not 16'):
        PwcNet(WIDTHS, 16, 1.0)
