# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""How the fusion starts."""

from __future__ import annotations

import pytest
import torch
from support.narrow import narrow_network

from accel_model.train.fusion import start_fusion
from accel_model.train.settings import ConfigError


def halves(network, channels):
    return torch.randn(2, 1, channels, 8, 8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize('how', [None, 'mean'])
def test_scores_start_as_the_mean_of_both_branches(how):
    network = narrow_network('accel-18')
    start_fusion(network, how)
    first, second = halves(network, 19)
    fused = network.fusion(torch.cat([first, second], 1))
    torch.testing.assert_close(fused, (first + second) / 2)


def test_scores_that_trust_weighs_start_in_full():
    network = narrow_network('accel-lite')
    start_fusion(network, 'mean')
    first, second = halves(network, 19)
    torch.testing.assert_close(network.fusion(torch.cat([first, second], 1)), first + second)


def test_scores_start_at_random_as_published():
    network = narrow_network('accel-18')
    start_fusion(network, 'published')
    assert network.fusion.weight.std().item() == pytest.approx(0.01, rel=0.1)
    assert abs(network.fusion.weight.mean().item()) < 0.002
    assert (network.fusion.bias == 0).all()


@pytest.mark.parametrize('how', [None, 'published'])
def test_features_start_as_the_current_frame_s(how):
    network = narrow_network('accel-101')
    torch.nn.init.normal_(network.fusion.weight)
    torch.nn.init.normal_(network.fusion.bias)
    start_fusion(network, how)
    warped, current = halves(network, 16)
    assert torch.equal(network.fusion(torch.cat([warped, current], 1)), current)


def test_what_does_not_exist_is_refused_or_left_alone():
    with pytest.raises(ConfigError, match='is for scores'):
        start_fusion(narrow_network('accel-101'), 'mean')
    start_fusion(narrow_network('dff'), None)
