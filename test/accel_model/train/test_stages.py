# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""accel-lite's four stages, each for two steps on a made-up street."""

from __future__ import annotations

import shutil

import pytest
import torch
from support.shared import REPOSITORY
from support.street import write_camvid

from accel_model.checkpoint import load_checkpoint
from accel_model.cli import main
from accel_model.networks.variants import build, find
from accel_model.train.clip import ClipTask, start_as_mean
from accel_model.train.command import make_task
from accel_model.train.config import ConfigError, load_config
from accel_model.train.parts import load_parts

CLIP = REPOSITORY / 'test' / 'data' / 'drive' / 'solidWhiteRight.mp4'
SMALL = ['batch=2', 'optimiser.iterations=2', 'optimiser.warmup=0', 'data.crop=[64, 96]']


@pytest.fixture
def camvid(tmp_path):
    return write_camvid(tmp_path / 'camvid', 'train', 2)


def stage(name, camvid, *changes):
    config = REPOSITORY / 'config' / 'train' / f'{name}.yaml'
    return main(['train', '--config', str(config), '--data', str(camvid), *SMALL, *changes])


def test_the_stages_make_a_network(tmp_path, camvid, monkeypatch):
    monkeypatch.chdir(tmp_path)
    video = tmp_path / 'clip.mp4'
    shutil.copy(CLIP, video)
    assert stage('accel-lite-reference', camvid) == 0
    assert stage('accel-lite-update', camvid) == 0
    assert stage('accel-lite-flow', camvid, f'data.video={video}', 'data.crops_per_pair=2') == 0
    joint = ['network.train=[fusion,update_branch,update_head]', 'data.branch_loss=0.4']
    assert stage('accel-lite', camvid, 'data.frames=3', *joint) == 0
    network = load_checkpoint(tmp_path / 'runs' / 'accel-lite' / 'weights.pt')
    assert network.description.variant == 'accel-lite'
    reference = torch.load('runs/accel-lite-reference/weights.pt', weights_only=True)
    for key, value in reference.items():  # this stage does not touch the reference
        assert torch.equal(network.state_dict()[key], value)
    update = torch.load('runs/accel-lite-update/weights.pt', weights_only=True)
    moved = [
        key for key, value in update.items() if not torch.equal(network.state_dict()[key], value)
    ]
    assert moved and not any('running' in key for key in moved)


def test_a_stage_without_its_parts_says_what_to_do(tmp_path, camvid, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert stage('accel-lite', camvid) == 1
    assert 'run the stage that makes it first' in capsys.readouterr().err


def test_parts_of_another_network_are_refused(tmp_path):
    torch.save({'nothing.weight': torch.zeros(1)}, tmp_path / 'part.pt')
    with pytest.raises(ConfigError, match='has no nothing.weight'):
        load_parts(build(find('accel-lite'), None, 11, 'camvid'), [tmp_path / 'part.pt'])


def test_an_unknown_branch_is_named(camvid):
    path = REPOSITORY / 'config' / 'train' / 'accel-lite-update.yaml'
    changes = ['network.branch=third', f'data.folder={camvid}']
    with pytest.raises(ConfigError, match='third'):
        make_task(load_config(path, changes))


@pytest.fixture
def clip_task(tmp_path, camvid):
    path = REPOSITORY / 'config' / 'train' / 'accel-lite.yaml'
    changes = [f'data.folder={camvid}', 'init={}', 'data.frames=4', 'data.crop=[64, 96]']
    task = make_task(load_config(path, changes))
    assert isinstance(task, ClipTask)
    task.module.eval()
    return task


def test_the_carried_features_are_those_of_updates_one_by_one(clip_task):
    network = clip_task.network
    generator = torch.Generator().manual_seed(0)
    frames = [torch.randn(2, 3, 64, 96, generator=generator) for _ in range(4)]
    with torch.no_grad():
        together = clip_task._carried(frames, torch.tensor([0, 2]))
        for sample, key in ((0, 0), (1, 2)):
            _, feat = network.keyframe(frames[key][sample : sample + 1])
            for step in range(key + 1, 4):
                pair = [frames[i][sample : sample + 1] for i in (step, step - 1)]
                feat = network.update(*pair, feat).feat
            torch.testing.assert_close(together[sample : sample + 1], feat, rtol=1e-4, atol=1e-4)


def test_fusion_starts_as_the_mean_of_both_branches():
    network = build(find('accel-lite'), None, 11, 'camvid')
    start_as_mean(network)
    first, second = torch.randn(2, 1, 11, 8, 8, generator=torch.Generator().manual_seed(0))
    fused = network.fusion(torch.cat([first, second], 1))
    torch.testing.assert_close(fused, (first + second) / 2)
