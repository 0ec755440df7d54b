# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Losses against what they say they are."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from accel_model.losses import (
    Ohem,
    SegmentationLoss,
    balanced_weights,
    batch_mean,
    endpoint_error,
)
from accel_ros.errors import AccelError


def test_rare_classes_weigh_more_and_the_median_weighs_one():
    weights = balanced_weights(torch.tensor([0.01, 0.09, 0.9]), 0.5)
    torch.testing.assert_close(weights, torch.tensor([3.0, 1.0, 0.1**0.5]))
    assert (balanced_weights(torch.tensor([0.01, 0.9]), 0.0) == 1).all()


def test_classes_that_never_occur_change_no_weight():
    weights = balanced_weights(torch.tensor([0.0, 0.0, 0.0, 0.25, 0.75]), 1.0)
    torch.testing.assert_close(weights, torch.tensor([1.0, 1.0, 1.0, 1.0, 1 / 3]))


def test_a_batch_without_weight_has_loss_zero():
    assert batch_mean(torch.ones(3), torch.tensor([1.0, 0.0, 3.0])).item() == 1
    assert batch_mean(torch.ones(3), torch.zeros(3)).item() == 0


@pytest.mark.parametrize('ignore', [3, 255])
def test_cross_entropy_is_pytorchs_with_class_weights_and_ignored_pixels(ignore):
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(2, 3, 4, 5, generator=generator)
    labels = torch.randint(0, 4, (2, 4, 5), generator=generator)
    labels[labels == 3] = ignore
    weights = torch.tensor([1.0, 0.5, 3.0])
    loss = SegmentationLoss(ignore, weights)(scores, labels.to(torch.uint8))
    torch.testing.assert_close(loss, F.cross_entropy(scores, labels, weights, ignore_index=ignore))


def test_a_teacher_has_a_share_of_the_targets():
    generator = torch.Generator().manual_seed(1)
    scores = torch.randn(2, 3, 4, 5, generator=generator)
    labels = torch.randint(0, 3, (2, 4, 5), generator=generator).to(torch.uint8)
    labels[0, 0] = 255
    said = torch.randint(0, 256, (2, 3, 4, 5), generator=generator).to(torch.uint8)
    weights = torch.tensor([1.0, 0.5, 3.0])
    certain = F.one_hot(labels.long().where(labels < 3, 0), 3).permute(0, 3, 1, 2)
    target = 0.7 * certain + 0.3 * said / said.sum(1, keepdim=True)
    counts = weights[labels.long().where(labels < 3, 0)] * (labels < 3)
    due = (F.cross_entropy(scores, target, reduction='none') * counts).sum() / counts.sum()
    torch.testing.assert_close(SegmentationLoss(255, weights)(scores, labels, said, 0.3), due)


def test_a_teacher_that_is_certain_teaches_the_labels():
    scores, labels = torch.randn(1, 3, 4, 5), torch.randint(0, 3, (1, 4, 5)).to(torch.uint8)
    said = 255 * F.one_hot(labels.long(), 3).permute(0, 3, 1, 2).to(torch.uint8)
    loss = SegmentationLoss(255, torch.ones(3))
    torch.testing.assert_close(loss(scores, labels, said, 0.8), loss(scores, labels))


def test_an_image_without_labels_has_loss_zero_and_a_gradient():
    scores = torch.randn(1, 3, 2, 2, requires_grad=True)
    loss = SegmentationLoss(255, torch.ones(3))(scores, torch.full((1, 2, 2), 255))
    loss.backward()
    assert loss.item() == 0 and (scores.grad == 0).all()


def of_probabilities(*right):
    """Scores and labels of a row of pixels whose class 0 has these probabilities."""
    share = torch.tensor(right)
    scores = torch.stack([share, 1 - share]).log()[None, :, None]
    return scores, torch.zeros(1, 1, len(right), dtype=torch.uint8)


def test_ohem_counts_pixels_whose_loss_is_above_the_threshold():
    scores, labels = of_probabilities(0.9, 0.2, 0.8, 0.1)
    loss = SegmentationLoss(255, torch.ones(2), Ohem(loss=1.0, share=0.0))(scores, labels)
    assert loss.item() == pytest.approx(-(torch.tensor([0.2, 0.1]).log().mean().item()))


def test_ohem_counts_at_least_its_share_of_the_labelled_pixels_of_every_image():
    scores, labels = of_probabilities(0.9, 0.7, 0.8, 0.6, 0.1)
    labels[..., -1] = 255  # the hardest does not count
    both = torch.cat([scores, scores.flip(1)]), labels.repeat(2, 1, 1)
    loss = SegmentationLoss(255, torch.ones(2), Ohem(loss=1.0, share=0.3))(*both)
    counted = torch.tensor([0.7, 0.6, 0.1, 0.3, 0.2])  # two, and those of the hard image
    assert loss.item() == pytest.approx(-counted.log().mean().item())


@given(st.floats(0, 5), st.floats(0, 1), st.integers(0, 2**20))
def test_ohem_keeps_hard_pixels_and_enough_of_them(threshold, share, seed):
    generator = torch.Generator().manual_seed(seed)
    valid = torch.rand(2, 3, 4, generator=generator) < 0.6
    losses = torch.rand(2, 3, 4, generator=generator) * 6 * valid
    hard = Ohem(threshold, share).hard(losses, valid)
    assert not (hard & ~valid).any()
    assert (hard | ~(valid & (losses > threshold))).all()
    for index in range(2):
        assert hard[index].sum() >= share * valid[index].sum()
        kept, left = losses[index][hard[index]], losses[index][valid[index] & ~hard[index]]
        if len(kept) and len(left):
            assert kept.min() >= left.max()


@pytest.mark.parametrize('share', [-0.1, 1.1])
def test_a_share_of_more_than_all_is_refused(share):
    with pytest.raises(AccelError, match='should be 0 to 1'):
        Ohem(1.0, share)


def test_endpoint_error_is_the_mean_distance_where_valid():
    flow = torch.tensor([[[[3.0, 100.0]], [[4.0, 100.0]]]])
    valid = torch.tensor([[[True, False]]])
    error = endpoint_error(flow, torch.zeros_like(flow), valid)
    assert error.item() == pytest.approx(5, abs=1e-3)
    assert endpoint_error(flow, flow * 0, valid & False).item() == 0
