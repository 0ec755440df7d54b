# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Moving statistics as the original keeps them."""

from __future__ import annotations

import pytest
import torch

from accel_model.networks.batchnorm import BatchNorm, FixedGammaBatchNorm, GlobalBatchNorm

X = torch.randn(2, 3, 2, 2, generator=torch.Generator().manual_seed(0)) * 3 + 5


@pytest.mark.parametrize('kind', [BatchNorm, FixedGammaBatchNorm])
def test_a_batch_counts_a_tenth_and_with_its_biased_variance(kind) -> None:
    norm = kind(3, 1e-5).train()
    normalised = norm(X)
    var, mean = torch.var_mean(X, (0, 2, 3), correction=0)
    torch.testing.assert_close(norm.running_mean, 0.1 * mean)
    torch.testing.assert_close(norm.running_var, 0.9 + 0.1 * var)
    torch.testing.assert_close(normalised.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)


@pytest.mark.parametrize('kind', [BatchNorm, FixedGammaBatchNorm])
def test_evaluation_uses_and_keeps_the_moving_statistics(kind) -> None:
    norm = kind(3, 1e-5).eval()
    torch.testing.assert_close(norm(X), X / (1 + 1e-5) ** 0.5)
    assert (norm.running_mean == 0).all() and (norm.running_var == 1).all()


def test_global_statistics_are_used_and_kept_in_training_too() -> None:
    norm = GlobalBatchNorm(3, 1e-5).train()
    torch.testing.assert_close(norm(X), X / (1 + 1e-5) ** 0.5)
    assert (norm.running_mean == 0).all() and (norm.running_var == 1).all()
