# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
The weights that a training starts with, from files: the section `init` of a configuration.

    network: a whole network, from a training or import-mxnet
    reference, update: a branch and its head; of a network that is that branch alone (deeplab-18,
        ...), of a whole one, or of a file of parts
    flow: a flow network; of a whole network or of a file of parts

A later line wins over an earlier one. Layers whose size depends on the classes are left out of a
network that was trained on other classes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from torch import Tensor

from accel_model.checkpoint import CheckpointError, Saved, read_weights
from accel_model.networks.accel import Accel
from accel_model.networks.description import Description, Widths
from accel_model.networks.normalization import Renormalized
from accel_model.networks.variants import Variant, build, default_widths, find
from accel_model.train.settings import ConfigError
from accel_ros.classes import ClassTable

BRANCHES = {
    'reference': ('reference', 'head', 'upsampling'),
    'update': ('update_branch', 'update_head', 'update_upsampling'),
}
#: What each line brings.
ROLES = {
    'network': (*BRANCHES['reference'], *BRANCHES['update'], 'flow', 'fusion'),
    **BRANCHES,
    'flow': ('flow',),
}

Files = Mapping[str, Path | None]
Weights = Mapping[str, Tensor]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Start:
    """A network, and which of its parts have weights from files; the others are random."""

    network: Accel
    brought: frozenset[str]


def start_network(variant: Variant, init: Files, classes: ClassTable | None) -> Start:
    """
    Build a network, as wide as the files say, and fill it with their weights.

    :param init: files by what they bring, see above; None: no file
    :param classes: what the network tells apart; None: what the file `network` does
    :raises ConfigError: a line is unknown, or a file is missing or does not fit
    """
    files = {role: _read(role, path) for role, path in init.items() if path is not None}
    widths = default_widths(variant)
    for role, saved in files.items():
        with _named(role, init):
            widths = _widened(widths, variant, role, saved.description)
    network = build(variant, widths, *_classes(classes, files.get('network')))
    brought: set[str] = set()
    for role in reversed(files):  # what a later line brings, earlier ones do not have to
        with _named(role, init):
            brought |= _fill(network, role, files[role], brought)
    return Start(network, frozenset(brought))


@contextmanager
def _named(role: str, init: Files) -> Iterator[None]:
    """Say which line of `init` a ValueError is about."""
    try:
        yield
    except ValueError as error:
        raise ConfigError(f'init.{role} {init[role]} cannot be used: {error}') from error


def _read(role: str, path: Path) -> Saved:
    if role not in ROLES:
        raise ConfigError(f'there is no setting init.{role}: choose from {", ".join(ROLES)}')
    try:
        return read_weights(path)
    except CheckpointError as error:
        raise ConfigError(f'init.{role} {error}; run the stage that makes it first') from error


def _classes(classes: ClassTable | None, whole: Saved | None) -> tuple[int, str]:
    if classes is not None:
        return len(classes), classes.name
    if whole is not None and whole.description is not None:
        return whole.description.num_classes, whole.description.classes
    return len(ClassTable.named('cityscapes')), 'cityscapes'


def _widened(widths: Widths, variant: Variant, role: str, saved: Description | None) -> Widths:
    """Take over the widths of what a file brings. Raises ValueError for other networks."""
    if saved is None:
        return widths
    given, source = find(saved.variant), saved.widths
    if role == 'network' and given.name == variant.name:
        return source
    if role in ('network', 'reference'):
        _check_kind('reference network', given.reference, variant.reference)
        widths = replace(widths, reference=source.reference, fc6=source.fc6)
    if role in ('network', 'update') and given.update is not None:
        _check_kind('update branch', given.update, variant.update)
        widths = replace(widths, update=source.update, update_fc6=source.update_fc6)
    elif role == 'update':
        _check_kind('network', given.reference, variant.update)
        widths = replace(widths, update=source.reference, update_fc6=source.fc6)
    if role in ('network', 'flow'):
        _check_kind('flow network', given.flow, variant.flow)
        widths = replace(widths, flow=source.flow)
    return widths


def _check_kind(part: str, given: str, due: str | None) -> None:
    if given != due:
        raise ValueError(f'its {part} is {given} and should be {due}')


def _fill(network: Accel, role: str, saved: Saved, filled: set[str]) -> set[str]:
    """
    Put what a file brings into the network.

    :param filled: parts that it is not needed for
    :returns: the parts that it was used for
    :raises ValueError: it does not fit
    """
    weights = _as_update(saved.weights, network) if role == 'update' else saved.weights
    due = network.state_dict()
    wanted = set(ROLES[role]) & {_part(name) for name in due}
    parts = {_part(name) for name in weights} & wanted
    if not parts:
        raise ValueError(f'it has no {" or ".join(sorted(wanted))}')
    left_out = _class_layers(network, saved.description)
    names = {name for name in due if _part(name) in parts and not name.startswith(left_out)}
    surplus = {name for name in weights if _part(name) in parts} - due.keys()
    other = sorted((names - weights.keys()) | surplus)
    if other:
        raise ValueError(f'its layers are others, for example {other[0]}')
    names = {name for name in names if _part(name) not in filled}
    for name in sorted(names):
        if weights[name].shape != due[name].shape:
            raise ValueError(
                f'{name} is {tuple(weights[name].shape)} and should be {tuple(due[name].shape)}'
            )
    network.load_state_dict({name: weights[name] for name in names}, strict=False)
    return {_part(name) for name in names}


def _part(name: str) -> str:
    return name.split('.')[0]


def _as_update(weights: Weights, network: Accel) -> Weights:
    """Name the weights of a network that is the update branch alone as those of the branch."""
    if any(name.startswith('update_branch.') for name in weights):
        return weights
    places = dict(zip(BRANCHES['reference'], BRANCHES['update'], strict=True))
    if isinstance(network.update_branch, Renormalized):
        places['reference'] = 'update_branch.backbone'
    renamed = {}
    for name, value in weights.items():
        part, _, rest = name.partition('.')
        if part in places:
            renamed[f'{places[part]}.{rest}'] = value
    return renamed


def _class_layers(network: Accel, saved: Description | None) -> tuple[str, ...]:
    """Return prefixes of the layers that differ from those of a file for other classes."""
    due = network.description
    if saved is None or (saved.num_classes, saved.classes) == (due.num_classes, due.classes):
        return ()
    _log.warning(
        'weights for the classes %r: the layers that score them start anew for %r',
        saved.classes,
        due.classes,
    )
    layers = ('head.score.', 'update_head.score.', 'upsampling.', 'update_upsampling.')
    return layers if network.fusion_kind == 'feature' else (*layers, 'fusion.')
