# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Losses against what they say they are."""

from __future__ import annotations

import pytest
import torch

from accel_model.losses import balanced_weights, endpoint_error, segmentation_loss


def test_rare_classes_weigh_more_and_the_median_weighs_one():
    weights = balanced_weights(torch.tensor([0.01, 0.09, 0.9]), 0.5)
    torch.testing.assert_close(weights, torch.tensor([3.0, 1.0, 0.1**0.5]))
    assert (balanced_weights(torch.tensor([0.01, 0.9]), 0.0) == 1).all()


def test_classes_that_never_occur_change_no_weight():
    weights = balanced_weights(torch.tensor([0.0, 0.0, 0.0, 0.25, 0.75]), 1.0)
    torch.testing.assert_close(weights, torch.tensor([1.0, 1.0, 1.0, 1.0, 1 / 3]))


def test_ignored_pixels_do_not_count():
    scores = torch.randn(1, 3, 2, 2, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([[[0, 1], [2, 7]]])
    loss = segmentation_loss(scores, labels, 7, torch.ones(3))
    logs = scores.log_softmax(1)
    by_hand = -(logs[0, 0, 0, 0] + logs[0, 1, 0, 1] + logs[0, 2, 1, 0]) / 3
    torch.testing.assert_close(loss, by_hand)


def test_endpoint_error_is_the_mean_distance_where_valid():
    flow = torch.tensor([[[[3.0, 100.0]], [[4.0, 100.0]]]])
    valid = torch.tensor([[[True, False]]])
    error = endpoint_error(flow, torch.zeros_like(flow), valid)
    assert error.item() == pytest.approx(5, abs=1e-3)
    assert endpoint_error(flow, flow * 0, valid & False).item() == 0
