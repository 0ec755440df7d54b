# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Several networks on one sheet: their names, and whether their classes fit the labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.narrow import narrow_network

from accel_model.checkpoint import save_checkpoint
from accel_model.evaluate.contestants import check_classes, load
from accel_model.evaluate.result import EvaluationError
from accel_model.networks.description import Description, Widths
from accel_ros.classes import ClassTable

CAMVID, CITYSCAPES = ClassTable.named('camvid'), ClassTable.named('cityscapes')


def description(classes, count):
    return Description('frame', Widths(()), count, classes)


def renamed(table, name, first=None):
    """The table under another name, its first class perhaps with another one too."""
    classes = list(table.classes)
    if first is not None:
        classes[0] = replace(classes[0], name=first)
    return replace(table, name=name, classes=tuple(classes))


@pytest.mark.parametrize(
    'classes, count, table',
    [
        ('camvid', 11, CAMVID),
        ('camvid', 11, renamed(CAMVID, 'mine')),  # the names decide
        ('mine', 11, renamed(CAMVID, 'mine', first='ceiling')),  # no table of the project
    ],
)
def test_classes_that_fit(classes, count, table):
    check_classes(Path('w.pt'), description(classes, count), table)


@pytest.mark.parametrize(
    'classes, count, table, why',
    [
        ('cityscapes', 19, CAMVID, '19 classes apart and the labels 11'),
        ('camvid', 11, renamed(CAMVID, 'camvid', first='ceiling'), "'sky'.*'ceiling'"),
        ('mine', 11, CAMVID, "'mine', the labels are 'camvid'"),
        ('camvid', 19, CITYSCAPES, "'sky' .camvid. what is labelled 'road'"),
    ],
)
def test_classes_that_do_not_fit_are_told_apart(classes, count, table, why):
    with pytest.raises(EvaluationError, match=rf'w\.pt .*{why}.*give weights'):
        check_classes(Path('w.pt'), description(classes, count), table)


def saved(path, variant):
    path.parent.mkdir(parents=True, exist_ok=True)
    save_checkpoint(path, narrow_network(variant))
    return path


def names(files):
    return [contestant.name for contestant in load(files, CITYSCAPES)]


def test_networks_are_called_by_their_variant(tmp_path):
    files = [saved(tmp_path / 'a.pt', 'dff'), saved(tmp_path / 'b.pt', 'deeplab-18')]
    assert names(files) == ['dff', 'deeplab-18']


def test_networks_of_one_variant_are_called_by_what_differs_in_their_paths(tmp_path):
    files = [tmp_path / 'runs' / run / 'weights.pt' for run in ('fitted', 'joint')]
    files = [saved(file, 'deeplab-18') for file in files]
    assert names(files) == ['fitted', 'joint']
    other = saved(tmp_path / 'runs' / 'joint' / 'best.pt', 'deeplab-18')
    assert names([files[1], other]) == ['weights.pt', 'best.pt']
    assert names([files[0], other]) == ['fitted/weights.pt', 'joint/best.pt']


def test_the_same_file_twice_is_refused(tmp_path):
    file = saved(tmp_path / 'a.pt', 'deeplab-18')
    with pytest.raises(EvaluationError, match='twice'):
        load([file, tmp_path / '.' / 'a.pt'], CITYSCAPES)
