# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""accel-lite's stages, each for two steps on a made-up street."""

from __future__ import annotations

import shutil

import pytest
import torch
from support.shared import REPOSITORY
from support.street import write_camvid

from accel_model.checkpoint import load_checkpoint, read_weights
from accel_model.cli import main

CLIP = REPOSITORY / 'test' / 'data' / 'drive' / 'solidWhiteRight.mp4'
SMALL = ['batch=2', 'optimiser.iterations=2', 'optimiser.warmup=0', 'data.crop=[64, 96]']


@pytest.fixture
def camvid(tmp_path):
    return write_camvid(tmp_path / 'camvid', 'train', 2)


def stage(name, camvid, *changes):
    config = REPOSITORY / 'config' / 'train' / f'{name}.yaml'
    return main(['train', '--config', str(config), '--data', str(camvid), *SMALL, *changes])


def weights(stage):
    return read_weights(stage).weights


def test_the_stages_make_a_network(tmp_path, camvid, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = tmp_path / 'runs'
    video = tmp_path / 'clip.mp4'
    shutil.copy(CLIP, video)
    assert stage('accel-lite-reference', camvid) == 0
    assert stage('accel-lite-update', camvid) == 0
    assert stage('accel-lite-flow', camvid, f'data.video={video}', 'data.crops_per_pair=2') == 0
    assert stage('accel-lite', camvid, 'data.frames=3') == 0
    fitted = load_checkpoint(runs / 'accel-lite' / 'weights.pt')
    assert fitted.description.variant == 'accel-lite'
    assert fitted.description.classes == 'camvid' and fitted.description.num_classes == 11
    state = fitted.state_dict()
    reference = weights(runs / 'accel-lite-reference' / 'weights.pt')
    for key, value in reference.items():  # this stage fits the fusion alone
        assert torch.equal(state[key], value)
    update = weights(runs / 'accel-lite-update' / 'weights.pt')
    assert torch.equal(state['update_head.score.weight'], update['head.score.weight'])
    flow = weights(runs / 'accel-lite-flow' / 'weights.pt')
    assert flow and all(torch.equal(state[key], value) for key, value in flow.items())

    assert stage('accel-lite-joint', camvid, 'data.frames=3') == 0
    joint = load_checkpoint(runs / 'accel-lite-joint' / 'weights.pt').state_dict()
    moved = {key for key in state if not torch.equal(joint[key], state[key])}
    assert {key.split('.')[0] for key in moved} == {
        'fusion', 'update_branch', 'update_head', 'flow'
    }  # fmt: skip
    assert not any('running' in key for key in moved)


def test_a_stage_without_its_parts_says_what_to_do(tmp_path, camvid, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert stage('accel-lite', camvid) == 1
    assert 'run the stage that makes it first' in capsys.readouterr().err


def test_every_branch_alone_can_be_loaded(tmp_path, camvid, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert stage('accel-lite-update', camvid) == 1
    assert 'or do without a teacher' in capsys.readouterr().err
    assert stage('accel-lite-update', camvid, 'init.teacher=null', 'data.teacher_share=0') == 0
    network = load_checkpoint(tmp_path / 'runs' / 'accel-lite-update' / 'weights.pt')
    assert network.description.variant == 'efficientnet-lite0'
    with torch.no_grad():
        scores, _ = network.keyframe(torch.zeros(1, 3, 64, 96))
    assert scores.shape == (1, 11, 64, 96)
