# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The optimisers: AdamW for our own recipes, and the published SGD."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from accel_model.schedules import warmup_poly, warmup_steps
from accel_model.train.settings import ConfigError

Named = Iterable[tuple[str, nn.Parameter]]

#: Factors on the learning rate, by the parameter's name: those of the original. Others have 1.
MULTIPLIERS = {
    '*fusion.weight': 2.0,
    '*fusion.bias': 4.0,
    '*head.fc6.bias': 2.0,
    '*head.score.bias': 2.0,
    '*reference.*.offset.bias': 2.0,
    '*feat_upsampling.weight': 2.0,
}


@dataclass(frozen=True)
class OptimiserConfig:
    """
    What both optimisers have.

    :ivar iterations: number of updates; None: as many as `epochs` takes
    :ivar epochs: passes over the data
    :ivar warmup: updates with a lower learning rate at the beginning
    :ivar ema: the resulting weights are an average that keeps this share of itself in every
        update; 0: they are the last ones
    :ivar clip_norm: gradients are scaled down to this norm; 0: never
    """

    iterations: int | None = None
    epochs: float | None = None
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    warmup: int = 50
    ema: float = 0.0
    clip_norm: float = 0.0

    def updates(self, samples: int, batch: int) -> int:
        """Return the number of updates with a data set of so many samples."""
        if self.iterations is not None:
            return self.iterations
        if self.epochs is None:
            raise ConfigError('optimiser.iterations and optimiser.epochs are missing: give one')
        return math.ceil(self.epochs * samples / batch)

    def build(self, parameters: Named) -> Optimizer:
        """Make the optimiser of the parameters that learn."""
        raise NotImplementedError

    def factor(self, total: int, epoch: float) -> Callable[[int], float]:
        """
        Return the learning rate's factor by update.

        :param total: updates of the whole training
        :param epoch: updates of a pass over the data
        """
        raise NotImplementedError


@dataclass(frozen=True)
class AdamWConfig(OptimiserConfig):
    """AdamW with a linear warm-up and a polynomial decay to zero."""

    ema: float = 0.99
    clip_norm: float = 5.0
    power: float = 0.9

    def build(self, parameters: Named) -> Optimizer:
        """All parameters alike."""
        learning = [parameter for _, parameter in parameters]
        return torch.optim.AdamW(learning, lr=self.learning_rate, weight_decay=self.weight_decay)

    def factor(self, total: int, epoch: float) -> Callable[[int], float]:
        """See `schedules.warmup_poly`."""
        return partial(warmup_poly, warmup=self.warmup, total=total, power=self.power)


@dataclass(frozen=True)
class SgdConfig(OptimiserConfig):
    """
    The published SGD.

    :ivar drops: epochs after which the learning rate falls to a tenth
    """

    learning_rate: float = 5e-4
    weight_decay: float = 5e-4
    warmup: int = 1000
    momentum: float = 0.9
    drops: tuple[float, ...] = ()

    def build(self, parameters: Named) -> Optimizer:
        """Weights and gammas decay, biases and betas do not; `MULTIPLIERS` apply."""
        groups: dict[tuple[float, float], list[nn.Parameter]] = defaultdict(list)
        for name, parameter in parameters:
            decay = 0.0 if name.endswith('bias') else self.weight_decay
            groups[multiplier(name), decay].append(parameter)
        return Sgd(
            [
                {'params': group, 'lr': factor * self.learning_rate, 'weight_decay': decay}
                for (factor, decay), group in groups.items()
            ],
            momentum=self.momentum,
        )

    def factor(self, total: int, epoch: float) -> Callable[[int], float]:
        """See `schedules.warmup_steps`."""
        return partial(
            warmup_steps, warmup=self.warmup, drops=[drop * epoch for drop in self.drops]
        )


OPTIMISERS: dict[str, type[OptimiserConfig]] = {'adamw': AdamWConfig, 'sgd': SgdConfig}


def multiplier(name: str) -> float:
    """Return the factor on the learning rate of a parameter."""
    for pattern, factor in MULTIPLIERS.items():
        if fnmatchcase(name, pattern):
            return factor
    return 1.0


def schedule_of(
    config: OptimiserConfig, optimiser: Optimizer, samples: int, batch: int
) -> LambdaLR:
    """Make the learning rate schedule of a training."""
    total = config.updates(samples, batch)
    return LambdaLR(optimiser, config.factor(total, samples / batch))


class Sgd(Optimizer):
    """
    SGD in MXNet's form: the learning rate is inside the momentum.

    m <- momentum m - lr (gradient + decay w), w <- w + m. PyTorch's own multiplies by the
    learning rate when it applies m, so a change of it (the end of the warm-up) would rescale
    what the steps before have left in m.
    """

    def __init__(self, groups: list[dict[str, Any]], momentum: float) -> None:
        super().__init__(groups, {'momentum': momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Update every parameter that has a gradient."""
        for group in self.param_groups:
            for parameter in group['params']:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if not state:
                    state['momentum'] = torch.zeros_like(parameter)
                decayed = parameter.grad.add(parameter, alpha=group['weight_decay'])
                state['momentum'].mul_(group['momentum']).sub_(decayed, alpha=group['lr'])
                parameter.add_(state['momentum'])
