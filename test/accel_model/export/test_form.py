# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The onboard form is the same function as the network in the paper's form."""

from __future__ import annotations

import pytest
import torch
from support.narrow import narrow_network
from torch import nn

from accel_model.export.fold import fold_batch_norms
from accel_model.export.form import OnboardForm
from accel_model.export.graphs import read_scores
from accel_model.networks.accel import Accel
from accel_model.networks.deform import DeformableConv
from accel_model.networks.pwcnet import PwcNet
from accel_model.networks.variants import VARIANTS


def disturb_kernels(network: Accel) -> None:
    """Make every class's upsampling kernel a different one."""
    for upsampling in (network.upsampling, network.update_upsampling):
        if upsampling is not None:
            upsampling.weight *= 1 + 0.1 * torch.randn_like(upsampling.weight)


def assert_same(network: Accel, size: tuple[int, int]) -> OnboardForm:
    torch.manual_seed(7)
    # Registration divides by squared gradients, and rounding with them.
    limit = 1e-4 if isinstance(network.flow, PwcNet) else 2e-5
    images = [torch.rand(1, 3, *size) * 255 for _ in range(3)]
    frames = [network.normalize(image) for image in images]
    form = OnboardForm(fold_batch_norms(network, frames[0]), size)
    with torch.no_grad():
        due, feat = network.keyframe(frames[0])
        found, state = form.keyframe(images[0])
        close(found, due)
        for now in (1, 2) if network.flow is not None else ():
            update = network.update(frames[now], frames[now - 1], feat)
            step = form.update(images[now], images[now - 1], state)
            close(step.scores, update.scores, limit)
            close(step.flow, update.flow, limit)
            feat, state = update.state, step.state
            assert (step.drift is None) == (update.update_scores is None)
    return form


def close(found: torch.Tensor, due: torch.Tensor, limit: float = 2e-5) -> None:
    assert (found - due).abs().max() <= limit * due.abs().max()


@pytest.mark.parametrize(
    'variant',
    [*VARIANTS, 'resnet-101+efficientnet-lite0', 'efficientnet-lite2+resnet-18'],
)
def test_every_variant(variant: str) -> None:
    form = assert_same(narrow_network(variant), (64, 96))
    if form.update is not None and form.update.score_fusion is not None:
        assert form.update.score_fusion.may_come_first


@pytest.mark.parametrize('size', [(64, 96), (72, 104), (45, 83)])
def test_where_the_fusion_cannot_come_first(size: tuple[int, int]) -> None:
    network = narrow_network('accel-18')
    assert_same(network, size)
    disturb_kernels(network)
    form = assert_same(network, size)
    assert not form.update.score_fusion.may_come_first


def test_the_state_is_fc6_wide_unless_that_is_wider() -> None:
    network = narrow_network('accel-18')
    image = torch.rand(1, 3, 64, 64) * 255
    assert (
        OnboardForm(network, (64, 64)).keyframe(image)[1].shape[1]
        == network.head.fc6.out_channels
        == 12
    )
    network.head.fc6, network.head.score = nn.Conv2d(16, 40, 1), nn.Conv2d(40, 19, 1)
    assert OnboardForm(network, (64, 64)).keyframe(image)[1].shape[1] == 16


def test_drift_is_the_share_of_cells_where_the_branches_disagree() -> None:
    network = narrow_network('accel-18')
    form = OnboardForm(network, (64, 80))
    reference, update = torch.zeros(2, 1, 19, 4, 5)
    reference[:, 3], update[:, 3] = 1.0, 1.0
    update[:, 4, 0, :3] = 2.0
    torch.testing.assert_close(
        form.update.score_fusion.drift(reference, update, (64, 80)), torch.tensor([0.15])
    )
    one_more_row = torch.cat([update, update[:, :, :1]], 2)
    found = form.update.score_fusion.drift(reference, one_more_row, (64, 80)).item()
    assert found == pytest.approx(0.15, abs=0.05) and found != pytest.approx(0.15)


def test_folding_leaves_only_what_follows_no_convolution() -> None:
    network = narrow_network('accel-18')
    folded = fold_batch_norms(network, torch.zeros(1, 3, 64, 64))
    left = {name for name, part in folded.named_modules() if isinstance(part, nn.BatchNorm2d)}
    stages = (1, 2, 3)
    assert left == {f'update_branch.stage{s}_unit{u}.bn1' for s in stages for u in (1, 2)}
    deformable = folded.reference.res5a.branch2b
    assert isinstance(deformable, DeformableConv) and deformable.bias is not None
    assert network.reference.res5a.branch2b.bias is None  # the network itself stays as it is


def test_confidence_is_the_probability_of_the_label() -> None:
    scores = torch.randn(1, 19, 8, 9) * 3
    scores[0, :, 0, 0] = torch.tensor([100.0, *[-100.0] * 18])
    labels, confidence = read_scores(scores)
    probability = torch.softmax(scores.double(), 1).amax(1)
    assert labels.dtype == confidence.dtype == torch.uint8
    torch.testing.assert_close(labels.long(), scores.argmax(1))
    assert (confidence - probability * 255).abs().max() < 0.501
    assert confidence[0, 0, 0] == 255
