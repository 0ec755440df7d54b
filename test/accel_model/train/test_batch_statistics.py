# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Shared statistics: one process alone gets what PyTorch computes; two are in test_processes."""

from __future__ import annotations

import pytest
import torch
import torch.distributed as dist
from torch import nn

from accel_model.networks.batchnorm import BatchNorm, FixedGammaBatchNorm, GlobalBatchNorm
from accel_model.train.batch_statistics import SharedStatistics


@pytest.fixture
def one_process(tmp_path):
    store = dist.FileStore(str(tmp_path / 'store'), 1)
    dist.init_process_group('gloo', store=store, rank=0, world_size=1)
    yield
    dist.destroy_process_group()


def run(norm, shared):
    generator = torch.Generator().manual_seed(0)
    x = (torch.randn(2, 3, 4, 5, generator=generator) * 3 + 50).requires_grad_()
    weights = torch.randn(2, 3, 4, 5, generator=generator)
    if shared:
        with SharedStatistics():
            y = norm(x)
    else:
        y = norm(x)
    (y * weights).sum().backward()
    gradients = [parameter.grad for parameter in norm.parameters()]
    return [y, x.grad, *gradients, *norm.buffers()]


@pytest.mark.parametrize(
    'make',
    [
        lambda: nn.BatchNorm2d(3, momentum=0.3),
        lambda: BatchNorm(3, 2e-5),
        lambda: FixedGammaBatchNorm(3, 2e-5),
        lambda: GlobalBatchNorm(3),
        lambda: nn.BatchNorm2d(3).eval(),
        lambda: nn.BatchNorm2d(3, affine=False, track_running_stats=False),
    ],
    ids=['plain', 'original', 'fixed gamma', 'global', 'evaluation', 'bare'],
)
def test_output_gradients_and_moving_statistics_are_pytorchs(one_process, make):
    for ours, due in zip(run(make(), True), run(make(), False), strict=True):
        torch.testing.assert_close(ours, due, rtol=1e-5, atol=1e-5)
