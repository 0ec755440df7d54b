# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What a teacher says about a frame is cut out as the frame's labels are."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.drives import write_drives
from support.narrow import narrow_network
from support.shared import REPOSITORY

from accel_model.checkpoint import read_weights, save_checkpoint
from accel_model.cli import main
from accel_model.datasets.augment import place_labels
from accel_model.datasets.dataset import Dataset
from accel_model.train.teacher import Teacher
from accel_ros.classes import ClassTable

CONFIG = REPOSITORY / 'config' / 'train' / 'deeplab-18.yaml'


@pytest.fixture
def own(tmp_path):
    return write_drives(tmp_path / 'own', count=2, frames=2)


class Striped:
    """A network that sees each pixel's class in its red, ten grey levels a class."""

    def eval(self):
        return self

    def normalize(self, image):
        return image

    def keyframe(self, data):
        classes = torch.arange(6)[None, :, None, None]
        return -((data[:, :1] / 10 - classes) ** 2) * 50, None


class Stripes:
    """One labelled frame, its classes in stripes of 16 pixels."""

    name, labelled = 'stripes', (0,)
    classes = (np.arange(96) // 16)[None].repeat(64, 0).astype(np.uint8)

    def __len__(self):
        return 1

    def image(self, index):
        return (10 * self.classes)[..., None].repeat(3, 2)

    def labels(self, index):
        return self.classes


@pytest.mark.parametrize(
    'placement',
    [
        [[1, 0, -7], [0, 1, 3]],
        [[-1.25, 0, 110], [0, 1.25, -4]],
        [[0.8, 0, 0], [0, 0.8, 10]],
    ],
    ids=['moved', 'mirrored and larger', 'smaller'],
)
def test_it_lies_where_the_labels_lie(placement):
    crop, placement = (56, 72), np.array(placement, float)
    teacher = Teacher(Striped(), Dataset(ClassTable.named('camvid'), [Stripes()]))
    said = teacher.probabilities(0, placement, crop)
    assert said.shape == (6, *crop) and said.dtype == np.uint8
    labels = place_labels(Stripes.classes, placement, crop, 255)
    inside = labels != 255
    assert (said.argmax(0) == labels)[inside].mean() > 0.95  # all but the stripes' edges
    assert (said.sum(0)[~inside] < 200).all() and (said.sum(0)[inside] > 250).mean() > 0.95


def train(own, output, *changes):
    return main(
        [
            *('train', '--config', str(CONFIG), '--data', str(own), 'data.name=folder'),
            *('data.crop=[64, 96]', 'batch=2', 'optimiser.iterations=1', 'workers=0'),
            *('optimiser.warmup=0', f'output={output}', *changes),
        ]
    )


def test_a_taught_training_comes_to_other_weights(tmp_path, own):
    save_checkpoint(tmp_path / 'start.pt', narrow_network('deeplab-18'))
    start = f'init.network={tmp_path / "start.pt"}'
    save_checkpoint(tmp_path / 'teacher.pt', narrow_network('deeplab-101'))
    taught = [f'init.teacher={tmp_path / "teacher.pt"}', 'data.teacher_share=0.5']
    assert train(own, tmp_path / 'alone', start) == 0
    assert train(own, tmp_path / 'taught', start, *taught) == 0
    alone, other = (
        read_weights(tmp_path / run / 'weights.pt').weights['head.score.weight']
        for run in ('alone', 'taught')
    )
    assert not torch.equal(alone, other)


def test_mistakes_are_named(tmp_path, own, capsys):
    save_checkpoint(tmp_path / 'other.pt', narrow_network('deeplab-18', num_classes=11))
    for changes, message in [
        (['data.teacher_share=1.5'], 'teacher_share is 1.5 and should be 0 to 1'),
        (['data.teacher_share=0.5'], 'give both or none'),
        (['init.teacher=x.pt'], 'give both or none'),
        (['init.teacher=x.pt', 'data.teacher_share=0.5'], 'x.pt: there is no such file'),
        (
            [f'init.teacher={tmp_path / "other.pt"}', 'data.teacher_share=0.5'],
            'choose a teacher that was trained on the same',
        ),
    ]:
        assert train(own, tmp_path, 'init.imagenet=null', *changes) == 1
        error = capsys.readouterr().err
        assert message in error and error.count('\n') == 1
