# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The ways of using a network compute what the network's parts do."""

from __future__ import annotations

import pytest
import torch
from support.narrow import narrow_network

from accel_model.evaluate.views import views
from accel_model.networks.warp import warp


@pytest.mark.parametrize(
    'variant, models',
    [
        ('frame', ['reference']),
        ('deeplab-18', ['reference']),
        ('dff', ['reference', 'dff']),
        ('accel-18', ['reference', 'update', 'dff', 'accel']),
        ('accel-101', ['reference', 'dff', 'accel']),
    ],
)
def test_models_of_a_variant(variant, models):
    assert list(views(narrow_network(variant))) == models


@pytest.fixture
def frames():
    torch.manual_seed(3)
    return torch.rand(2, 1, 3, 64, 96).mul(255).sub(128)


@torch.no_grad()
def test_dff_is_the_reference_half_of_an_update(frames):
    network = narrow_network('accel-18')
    previous, data = frames
    _, feat = network.keyframe(previous)
    whole, dff = network.update(data, previous, feat), views(network)['dff']
    carried = dff.update(data, previous, feat)
    assert torch.equal(carried.scores, network.upsampling(whole.reference_scores, (64, 96)))
    assert torch.equal(carried.state, whole.state)


@torch.no_grad()
def test_dff_of_feature_fusion_scores_the_carried_features(frames):
    network = narrow_network('accel-101')
    previous, data = frames
    _, feat = network.keyframe(previous)
    carried = views(network)['dff'].update(data, previous, feat)
    warped = warp(feat, network.flow(data, previous, feat.shape[-2:]))
    assert torch.equal(carried.scores, network.upsampling(network.head(warped), (64, 96)))


@torch.no_grad()
def test_update_alone_sees_the_frame_only(frames):
    network = narrow_network('accel-18')
    scores, _ = views(network)['update'].keyframe(frames[1])
    own = network.update_upsampling(network.update_scores(frames[1]), (64, 96))
    assert torch.equal(scores, own)
