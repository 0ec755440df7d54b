# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Features are carried along the flow; those that fade take their trust with them."""

from __future__ import annotations

import pytest
import torch
from support.narrow import narrow_network

from accel_model.networks.carry import Carry
from accel_model.networks.variants import VARIANTS
from accel_model.networks.warp import warp


def shifted(cells: float) -> torch.Tensor:
    flow = torch.zeros(1, 2, 4, 6)
    flow[:, 0] = cells
    return flow


def test_without_fading_the_state_is_the_features() -> None:
    feat, flow = torch.randn(1, 3, 4, 6), shifted(0.4)
    carry = Carry()
    assert carry.start(feat) is feat
    assert torch.equal(carry.step(feat, flow), warp(feat, flow))
    assert carry.split(feat) == (feat, None)


def test_only_accel_lite_departs_from_the_paper() -> None:
    assert [name for name, variant in VARIANTS.items() if variant.fade] == ['accel-lite']


def test_trust_moves_with_the_features_fades_and_ends_with_the_picture() -> None:
    feat, carry = torch.randn(1, 3, 4, 6), Carry(fade=0.5)
    state = carry.step(carry.start(feat), shifted(1.0))  # everything moves left by a cell
    found, trust = carry.split(state)
    assert torch.equal(found, warp(feat, shifted(1.0)))
    due = torch.tensor([0.5] * 5 + [0.0]).expand(1, 1, 4, 6)
    torch.testing.assert_close(trust, due)
    _, trust = carry.split(carry.step(state, shifted(0.0)))
    torch.testing.assert_close(trust, due / 2)


@pytest.mark.parametrize('trust', [0.0, 0.3, 1.0])
def test_each_branch_counts_for_as_much_as_the_trust_leaves_it(trust: float) -> None:
    network = narrow_network('accel-lite')
    reference, update = torch.randn(2, 1, 19, 8, 12)
    share = torch.full((1, 1, 8, 12), trust)
    fused = network.fuse(reference, update, (8, 12), share)
    due = network.fuse(trust * reference, (1 - trust) * update, (8, 12))
    torch.testing.assert_close(fused, due)
