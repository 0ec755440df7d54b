# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A training's configuration: a YAML file and `key.sub=value` changes from the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from accel_model.train.optimiser import OPTIMISERS, OptimiserConfig
from accel_model.train.settings import ConfigError, read_settings
from accel_ros.errors import one_line

Precision = Literal['fp32', 'bf16', 'fp16']


@dataclass(frozen=True)
class TrainConfig:
    """
    Everything that a training is made of.

    :ivar task: 'frame' (a network alone, single frames), 'flow' (taught flow), 'clip' (fusion and
        more on clips) or 'photometric' (flow without a teacher).
    :ivar output: folder for checkpoints, log and the resulting weights.
    :ivar network: what the task builds, see the task's module.
    :ivar data: what the task samples, see the task's module.
    :ivar batch: samples of an update, over all processes.
    :ivar init: files of weights to start from, see `start`.
    :ivar precision: of the layers on a GPU; weights and losses are always fp32.
    :ivar threads: CPU threads that the network uses, in each process.
    :ivar workers: processes that make samples beside each; the samples do not depend on it.
    :ivar checkpoint_every: updates between checkpoints to continue from.
    """

    task: Literal['frame', 'flow', 'clip', 'photometric']
    output: str
    network: dict[str, Any]
    data: dict[str, Any]
    optimiser: OptimiserConfig
    batch: int = 8
    init: dict[str, Path | None] = field(default_factory=dict)
    precision: Precision = 'fp32'
    seed: int = 0
    threads: int = 1
    workers: int = 1
    checkpoint_every: int = 100

    def __post_init__(self) -> None:
        """Raise ConfigError for counts that are too small."""
        for name, least in {'batch': 1, 'threads': 1, 'workers': 0, 'checkpoint_every': 1}.items():
            value = getattr(self, name)
            if value < least:
                raise ConfigError(f'{name} is {value} and should be at least {least}')


def load_config(path: Path, changes: list[str]) -> TrainConfig:
    """
    Read a YAML file and apply changes such as `optimiser.iterations=10`.

    :raises ConfigError: unreadable file, unknown key or value of the wrong kind
    """
    try:
        tree = yaml.safe_load(path.read_text(encoding='utf-8'))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ConfigError(
            f'cannot read training configuration {path}: {one_line(error)}; '
            'see the configurations in config/train'
        ) from error
    if not isinstance(tree, dict):
        raise ConfigError(f'{path} holds no settings: see the configurations in config/train')
    for change in changes:
        _apply(tree, change)
    try:
        optimiser = _optimiser(tree.pop('optimiser', {}))
        return read_settings(TrainConfig, {**tree, 'optimiser': optimiser})
    except ConfigError as error:
        raise ConfigError(f'{path}: {error}; see the configurations in config/train') from error


def _optimiser(tree: Any) -> OptimiserConfig:
    name = tree.get('name', 'adamw') if isinstance(tree, dict) else None
    if name not in OPTIMISERS:
        raise ConfigError(f'optimiser.name {name!r} is not one of {", ".join(OPTIMISERS)}')
    return read_settings(
        OPTIMISERS[name], {key: tree[key] for key in tree if key != 'name'}, 'optimiser'
    )


def _apply(tree: dict[str, Any], change: str) -> None:
    key, separator, value = change.partition('=')
    if not separator:
        raise ConfigError(f'{change!r} is no change: write key=value, for example batch=4')
    *parents, last = key.split('.')
    for depth, parent in enumerate(parents):
        if tree.get(parent) is None:
            tree[parent] = {}
        branch = tree[parent]
        if not isinstance(branch, dict):
            where = '.'.join(parents[: depth + 1])
            raise ConfigError(
                f'{change!r} cannot be applied: {where} is a value and holds no settings; '
                'see the configurations in config/train'
            )
        tree = branch
    try:
        tree[last] = yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise ConfigError(f'{change!r} is no YAML value: {one_line(error):.200}') from error
