# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A training's configuration: a YAML file and `key.sub=value` changes from the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import yaml

from accel_ros.errors import AccelError

TASKS = ('frame', 'flow', 'clip')


class ConfigError(AccelError):
    """A training's configuration cannot be used."""


@dataclass(frozen=True)
class OptimiserConfig:
    """AdamW with a linear warm-up and a polynomial decay to zero."""

    iterations: int
    learning_rate: float = 1e-3
    weight_decay: float = 1e-2
    warmup: int = 50
    power: float = 0.9
    ema: float = 0.99
    clip_norm: float = 5.0


@dataclass(frozen=True)
class TrainConfig:
    """Everything that a training is made of.

    :ivar task: 'frame' (a branch alone, single frames), 'flow' or 'clip' (fusion on clips).
    :ivar output: folder for checkpoints, log and the resulting weights.
    :ivar network: what the task builds, see the task's module.
    :ivar data: what the task samples, see the task's module.
    :ivar threads: CPU threads that the network uses.
    :ivar workers: processes that make samples beside it; the samples do not depend on it.
    """

    task: str
    output: str
    network: dict[str, Any]
    data: dict[str, Any]
    optimiser: OptimiserConfig
    batch: int = 8
    seed: int = 0
    threads: int = 1
    workers: int = 1
    checkpoint_every: int = 100
    init: dict[str, str] = field(default_factory=dict)


Config = TypeVar('Config', OptimiserConfig, TrainConfig)


def load_config(path: Path, changes: list[str]) -> TrainConfig:
    """Read a YAML file and apply changes such as `optimiser.iterations=10`.

    :raises ConfigError: unreadable file, unknown key or value of the wrong kind.
    """
    try:
        tree = yaml.safe_load(path.read_text())
        for change in changes:
            _apply(tree, change)
        optimiser = _checked(OptimiserConfig(**tree.pop('optimiser')))
        config = _checked(TrainConfig(optimiser=optimiser, **tree))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ConfigError(f'cannot read training configuration {path}: {error}') from error
    except (TypeError, KeyError, AttributeError) as error:
        raise ConfigError(f'{path}: {error}; see the configurations in config/train') from error
    if config.task not in TASKS:
        raise ConfigError(f'{path}: task {config.task!r} is not one of {", ".join(TASKS)}')
    return config


def _checked(config: Config) -> Config:
    """Raise TypeError unless every plain value has the type that it is declared with."""
    for name, kind in get_type_hints(type(config)).items():
        value = getattr(config, name)
        accepted = (int, float) if kind is float else kind
        if kind in (int, float, str) and (not isinstance(value, accepted) or value is True):
            raise TypeError(f'{name} is {value!r} and should be a {kind.__name__}')
    return config


def _apply(tree: dict[str, Any], change: str) -> None:
    key, separator, value = change.partition('=')
    if not separator:
        raise ConfigError(f'{change!r} is no change: write key=value, for example batch=4')
    *parents, last = key.split('.')
    for parent in parents:
        tree = tree.setdefault(parent, {})
    tree[last] = yaml.safe_load(value)
