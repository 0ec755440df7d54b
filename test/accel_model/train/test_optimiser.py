# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The published SGD: form, multipliers, schedule. The parity test has five recorded updates."""

from __future__ import annotations

import pytest
import torch
from support.narrow import narrow_network
from torch import nn

from accel_model.train.optimiser import AdamWConfig, Sgd, SgdConfig, multiplier, schedule_of
from accel_model.train.settings import ConfigError


def descend(optimiser, parameter, gradients, rates):
    for gradient, rate in zip(gradients, rates, strict=True):
        for group in optimiser.param_groups:
            group['lr'] = rate
        parameter.grad = gradient
        optimiser.step()
    return parameter.detach()


def start():
    generator = torch.Generator().manual_seed(0)
    parameter = nn.Parameter(torch.randn(5, generator=generator))
    return parameter, [torch.randn(5, generator=generator) for _ in range(4)]


def test_the_learning_rate_is_inside_the_momentum():
    parameter, gradients = start()
    expected, momentum = parameter.detach().clone(), torch.zeros(5)
    rates = [0.1, 0.1, 1.0, 0.5]
    for gradient, rate in zip(gradients, rates, strict=True):
        momentum = 0.9 * momentum - rate * (gradient + 0.01 * expected)
        expected = expected + momentum
    optimiser = Sgd([{'params': [parameter], 'lr': 0.1, 'weight_decay': 0.01}], 0.9)
    torch.testing.assert_close(descend(optimiser, parameter, gradients, rates), expected)


def test_with_a_constant_rate_it_is_pytorchs():
    mine, gradients = start()
    theirs, _ = start()
    ours = Sgd([{'params': [mine], 'lr': 0.1, 'weight_decay': 0.01}], 0.9)
    reference = torch.optim.SGD([theirs], lr=0.1, momentum=0.9, weight_decay=0.01)
    rates = [0.1] * 4
    torch.testing.assert_close(
        descend(ours, mine, gradients, rates), descend(reference, theirs, gradients, rates)
    )


@pytest.mark.parametrize(
    ('variant', 'factors'),
    [
        (
            'accel-18',
            {
                'fusion.weight': 2,
                'fusion.bias': 4,
                'head.fc6.weight': 1,
                'head.fc6.bias': 2,
                'update_head.score.bias': 2,
                'reference.res5a.branch2b.offset.weight': 1,
                'reference.res5a.branch2b.offset.bias': 2,
                'update_branch.feat_upsampling.weight': 2,
                'update_branch.res5a.branch2b.offset.bias': 1,
                'flow.conv6_1.bias': 1,
            },
        ),
        ('deeplab-34', {'reference.feat_upsampling.weight': 2, 'head.score.bias': 2}),
    ],
)
def test_multipliers_and_decay_by_name(variant, factors):
    network = narrow_network(variant).requires_grad_()
    names = dict(network.named_parameters())
    groups = SgdConfig(learning_rate=0.5, weight_decay=0.25).build(names.items()).param_groups
    found = {id(p): group for group in groups for p in group['params']}
    for name, factor in factors.items():
        group = found[id(names[name])]
        assert group['lr'] == 0.5 * factor == 0.5 * multiplier(f'network.{name}')
        assert group['weight_decay'] == (0 if name.endswith('bias') else 0.25)
    assert len(found) == len(names)


def test_the_rate_is_a_tenth_first_and_falls_at_the_drops():
    config = SgdConfig(epochs=4, learning_rate=1.0, warmup=3, drops=(1.5, 3))
    optimiser = config.build([('weight', nn.Parameter(torch.zeros(1)))])
    schedule = schedule_of(config, optimiser, samples=20, batch=2)
    rates = []
    for _ in range(40):
        rates.append(schedule.get_last_lr()[0])
        optimiser.step()
        schedule.step()
    assert rates == pytest.approx([0.1] * 3 + [1.0] * 12 + [0.1] * 15 + [0.01] * 10)


def test_the_length_is_given_in_updates_or_in_passes():
    assert SgdConfig(epochs=53).updates(2975, 1) == 157675
    assert SgdConfig(epochs=1).updates(10, 4) == 3
    assert AdamWConfig(iterations=7, epochs=53).updates(2975, 1) == 7
    with pytest.raises(ConfigError, match='optimiser.epochs are missing'):
        AdamWConfig().updates(10, 2)
