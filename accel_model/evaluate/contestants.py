# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The networks of one sheet: loaded, named, and checked against the labels' classes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from accel_model.checkpoint import load_checkpoint
from accel_model.evaluate.result import EvaluationError
from accel_model.networks.accel import Accel
from accel_model.networks.description import Description
from accel_ros.classes import ClassTable
from accel_ros.errors import ClassTableError


@dataclass(frozen=True)
class Contestant:
    """A network and what to call it: its variant, or what tells its file from another's."""

    name: str
    weights: Path
    network: Accel


def load(weights: Sequence[Path], classes: ClassTable) -> list[Contestant]:
    """
    Load networks whose labels are those of the class table.

    :raises CheckpointError: a file is no checkpoint
    :raises EvaluationError: a file is given twice, or its network knows other classes
    """
    if len({path.resolve() for path in weights}) < len(weights):
        raise EvaluationError('the same weights are given twice: give every file once')
    networks = [load_checkpoint(path) for path in weights]
    for path, network in zip(weights, networks, strict=True):
        check_classes(path, network.description, classes)
    names = _names(weights, [network.description.variant for network in networks])
    return [Contestant(*entry) for entry in zip(names, weights, networks, strict=True)]


def check_classes(path: Path, description: Description, classes: ClassTable) -> None:
    """
    Compare a network's classes with those of labels.

    A network knows how many classes it tells apart and the name of their table. If that is a
    table of the project, the class names decide; otherwise the name of the table does.

    :raises EvaluationError: they differ
    """
    known = _named(description.classes)
    if description.num_classes != len(classes):
        why = f'tells {description.num_classes} classes apart and the labels {len(classes)}'
    elif known is None and description.classes != classes.name:
        why = (
            f'was trained on the classes {description.classes!r}, the labels are {classes.name!r}'
        )
    elif known is not None and known != classes.names:
        ours, theirs = next(pair for pair in zip(known, classes.names) if pair[0] != pair[1])
        why = f'takes for {ours!r} ({description.classes}) what is labelled {theirs!r}'
    else:
        return
    raise EvaluationError(f'{path} {why}: give weights and a data set with the same classes')


def _named(table: str) -> tuple[str, ...] | None:
    try:
        return ClassTable.named(table).names
    except ClassTableError:
        return None


def _names(weights: Sequence[Path], variants: Sequence[str]) -> list[str]:
    """Call every network by its variant, or by what tells its file from those of the variant."""
    names = list(variants)
    for variant, count in Counter(variants).items():
        places = [place for place, known in enumerate(variants) if known == variant]
        if count > 1:
            for place, name in zip(places, _differences([weights[p] for p in places])):
                names[place] = name
    return names


def _differences(paths: Sequence[Path]) -> list[str]:
    """Return the paths without the folders, and the file name, that all of them share."""
    whole = [path.resolve() for path in paths]
    parts = [path.relative_to(os.path.commonpath(whole)).parts for path in whole]
    if len({names[-1] for names in parts}) == 1:
        parts = [names[:-1] for names in parts]
    return ['/'.join(names) for names in parts]
