# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Features are carried along the flow; those that fade take their trust with them."""

from __future__ import annotations

import pytest
import torch
from support.narrow import narrow_network

from accel_model.networks.carry import Carry, moved
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
    assert carry.look(feat) == (feat, None)


def test_only_accel_lite_departs_from_the_paper() -> None:
    assert [name for name, variant in VARIANTS.items() if variant.fade] == ['accel-lite']


def test_a_keyframe_is_seen_as_it_is_and_trusted() -> None:
    scores = torch.randn(1, 3, 4, 6)
    found, trust = Carry(fade=0.5).look(Carry(fade=0.5).start(scores))
    assert trust is not None and (trust == 1).all()
    torch.testing.assert_close(found, scores)


def test_trust_moves_with_the_scores_fades_and_ends_with_the_picture() -> None:
    scores, carry = torch.randn(1, 3, 4, 6), Carry(fade=0.5)
    state = carry.step(carry.start(scores), shifted(1.0))  # everything moves left by a cell
    found, trust = carry.look(state)
    torch.testing.assert_close(found, warp(scores, shifted(1.0)))
    half_way = 1 / 1.25  # 1 / trust has grown by half of the fading
    due = torch.tensor([half_way] * 5 + [0.0]).expand(1, 1, 4, 6)
    torch.testing.assert_close(trust, due)
    _, trust = carry.look(carry.step(state, shifted(-1.0)))  # back, and as far again
    due = torch.tensor([0.0] + [1 / 1.5] * 5).expand(1, 1, 4, 6)
    torch.testing.assert_close(trust, due)


def test_many_steps_blur_no_more_than_one() -> None:
    scores, carry = torch.randn(1, 3, 8, 40), Carry(fade=0.5)
    state, quarter = carry.start(scores), torch.zeros(1, 2, 8, 40)
    quarter[:, 0] = 0.25
    for _ in range(8):
        state = carry.step(state, quarter)
    found, _ = carry.look(state)
    # Two whole cells in all. At the rim the way back is mixed with what lies outside.
    torch.testing.assert_close(found[..., :-10], scores[..., 2:-8])


def test_the_route_follows_what_moves() -> None:
    """Two steps along different flows are one step along the route from the second frame."""
    scores, carry = torch.randn(1, 3, 8, 12), Carry(fade=0.5)
    first, second = (torch.rand(2, 1, 2, 8, 12) - 0.5) * 2
    state = carry.step(carry.step(carry.start(scores), first), second)
    torch.testing.assert_close(carry.look(state)[0], warp(scores, second + warp(first, second)))


def test_where_nothing_moves_nothing_is_lost() -> None:
    carry = Carry(fade=0.5)
    start = carry.start(torch.randn(1, 3, 4, 6))
    torch.testing.assert_close(carry.step(start, shifted(0.0)), start)


def test_one_long_step_costs_no_more_than_one_of_two_cells() -> None:
    flow = torch.zeros(1, 2, 1, 4)
    flow[0, :, 0] = torch.tensor([[1.2, 2.0, 300.0, 0.0], [1.6, 0.0, 400.0, -0.5]])
    torch.testing.assert_close(moved(flow), torch.tensor([[[[1.0, 1.0, 1.0, 0.25]]]]))


def test_the_flow_does_not_learn_how_far_to_be_trusted() -> None:
    assert not moved(torch.ones(1, 2, 4, 6, requires_grad=True)).requires_grad


@pytest.mark.parametrize('trust', [0.0, 0.3, 1.0])
def test_each_branch_counts_for_as_much_as_the_trust_leaves_it(trust: float) -> None:
    network = narrow_network('accel-lite')
    reference, update = torch.randn(2, 1, 19, 8, 12)
    share = torch.full((1, 1, 8, 12), trust)
    fused = network.fuse(reference, update, (8, 12), share)
    due = network.fuse(trust * reference, (1 - trust) * update, (8, 12))
    torch.testing.assert_close(fused, due)
