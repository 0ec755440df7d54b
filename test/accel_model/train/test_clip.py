# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Clips: features are carried as at run time, and only the chosen parts learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.drives import write_drives
from support.narrow import narrow_network
from support.shared import REPOSITORY
from support.street import street, write_camvid
from torch import nn

from accel_model.checkpoint import load_checkpoint, save_checkpoint
from accel_model.cli import main
from accel_model.losses import SegmentationLoss
from accel_model.train.clip import ClipData, ClipObjective, ClipSamples, VirtualClips
from accel_model.train.command import make_task
from accel_model.train.config import load_config
from accel_model.train.settings import ConfigError

FOLDER = REPOSITORY / 'config' / 'train'


@pytest.fixture
def own(tmp_path):
    return write_drives(tmp_path / 'own', count=2, frames=5)


def objective(variant, branch_loss=0.0, statistics=False):
    loss = SegmentationLoss(255, torch.ones(19))
    return ClipObjective(narrow_network(variant), loss, branch_loss, statistics)


def batch(keys, frames=4):
    generator = torch.Generator().manual_seed(0)
    shape = (len(keys), frames, 64, 96, 3)
    return {
        'clip': torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8),
        'labels': torch.randint(0, 19, shape[:1] + shape[2:4], generator=generator),
        'key': torch.tensor(keys),
    }


@pytest.mark.parametrize('variant', ['accel-18', 'accel-101', 'dff', 'accel-lite'])
@torch.no_grad()
def test_the_loss_is_that_of_updates_one_by_one(variant):
    clips = batch([0, 2, 1])
    task = objective(variant).eval()
    network, scores = task.network, []
    for clip, key in zip(clips['clip'], clips['key'], strict=True):
        frames = [task.data_of(image[None]) for image in clip]
        _, feat = network.keyframe(frames[key])
        for step in range(key + 1, 4):
            update = network.update(frames[step], frames[step - 1], feat)
            feat = update.state
        scores.append(update.scores)
    due = task.loss(torch.cat(scores), clips['labels'])
    torch.testing.assert_close(task(clips), due, rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_branch_losses_are_those_of_the_branches_alone():
    clips = batch([1, 1], frames=3)
    alone, both = objective('accel-18').eval(), objective('accel-18', branch_loss=0.5).eval()
    network = both.network
    frames = [both.data_of(image) for image in clips['clip'].unbind(1)]
    _, feat = network.keyframe(frames[1])
    update = network.update(frames[2], frames[1], feat)
    size = (64, 96)
    branches = [
        network.upsampling(update.reference_scores, size),
        network.update_upsampling(update.update_scores, size),
    ]
    due = alone(clips) + 0.5 * sum(both.loss(scores, clips['labels']) for scores in branches)
    torch.testing.assert_close(both(clips), due)


def test_statistics_are_those_of_the_batch_or_kept():
    for statistics in (False, True):
        task = objective('accel-18', statistics=statistics).train()
        before = task.network.update_branch.bn0.running_mean.clone()
        task(batch([0], frames=2))
        moved = not torch.equal(before, task.network.update_branch.bn0.running_mean)
        assert moved == statistics == task.network.training
        assert not task.eval().network.training


def test_layers_in_16_bits_change_the_loss_little():
    task, clips = objective('accel-18').eval(), batch([0, 1], frames=3)
    with torch.autocast('cpu', torch.bfloat16):
        loss = task(clips)
    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss, task(clips), rtol=0.01, atol=0)


def test_real_clips_end_in_the_labelled_frame(own):
    data = ClipData(name='folder', folder=own, frames=4, keyframe='first', clips='real')
    samples = ClipSamples(data.open(), data)
    sample = samples.sample(1, np.random.default_rng(0))
    assert sample['clip'].shape == (4, 96, 128, 3) and sample['key'] == 0
    assert np.array_equal(sample['clip'][-1], street(1).image)
    assert np.array_equal(sample['labels'], street(1).labels)


def test_virtual_clips_end_in_the_still_and_keyframes_vary(tmp_path):
    folder = write_camvid(tmp_path / 'camvid', 'train', 2)
    data = ClipData(folder=folder, frames=4)
    samples = VirtualClips(data.open(), data)
    drawn = [samples.sample(0, np.random.default_rng(seed)) for seed in range(20)]
    assert {sample['key'] for sample in drawn} == {0, 1, 2}
    for sample in drawn:
        assert np.array_equal(sample['clip'][-1], street(0).image)


def changes(own, start, *more):
    return [
        *(f'data.folder={own}', 'data.name=folder', 'data.crop=[64, 96]', 'workers=0'),
        *('optimiser.iterations=2', 'optimiser.warmup=0', f'init.network={start}', *more),
    ]


@pytest.mark.parametrize('variant', ['accel-18', 'accel-101'])
def test_the_published_recipe_fits_the_fusion_alone(tmp_path, own, variant):
    start = tmp_path / 'start.pt'
    save_checkpoint(start, narrow_network(variant))
    path = str(FOLDER / f'{variant}.yaml')
    arguments = changes(own, start, f'output={tmp_path}', 'seed=3')
    assert main(['train', '--config', path, *arguments]) == 0
    began = load_checkpoint(start).state_dict()
    learnt = load_checkpoint(tmp_path / 'weights.pt').state_dict()
    moved = {key for key in began if not torch.equal(began[key], learnt[key])}
    assert {'fusion.weight', 'fusion.bias'} == {key for key in moved if 'running' not in key}
    statistics = {
        key for key in moved if 'running' in key
    }  # they drift, as on the original's GPUs
    if variant == 'accel-18':
        assert 'update_branch.bn_data.running_mean' in statistics
        assert not any('res5' in key or key.startswith('reference') for key in statistics)
        assert learnt['fusion.weight'].std().item() == pytest.approx(0.01, rel=0.2)
    else:
        assert not statistics
        identity = torch.eye(16)[:, :, None, None]
        assert (learnt['fusion.weight'][:, 16:] - identity).abs().max() < 0.01


def test_the_joint_recipe_moves_every_part_through_the_warp(tmp_path, own):
    save_checkpoint(tmp_path / 'start.pt', narrow_network('accel-18'))
    path = FOLDER / 'accel-18-joint.yaml'
    task = make_task(load_config(path, changes(own, tmp_path / 'start.pt')))
    rng = np.random.default_rng(0)
    sample = task.samples.sample(0, rng)
    one = {key: torch.from_numpy(np.asarray(value))[None] for key, value in sample.items()}
    task.objective.train()
    task.objective(one).backward()
    without = {name for name, p in task.objective.named_parameters() if p.grad is None}
    assert without == {'network.upsampling.weight', 'network.update_upsampling.weight'}
    for name, parameter in task.objective.named_parameters():
        assert parameter.grad is None or torch.isfinite(parameter.grad).all(), name
    flow = task.objective.network.flow
    assert isinstance(flow, nn.Module) and flow.flow_conv1.weight.grad.abs().max() > 0


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ('network.train=[fusion,wheels]', "no part 'wheels'; choose from reference, head, flow"),
        ('network.train=[]', 'at least one part'),
        ('network.fusion=median', "network.fusion 'median' is not one of mean, published"),
        ('data.frames=1', 'a clip has at least 2'),
        ('data.clips=virtual', "those of 'cityscapes'"),
        ('data.keyframe=last', "data.keyframe 'last' is not one of first, random"),
        ('network.variant=accel-34', 'its update branch is resnet-18 and should be resnet-34'),
    ],
)
def test_mistakes_are_named(tmp_path, own, change, message):
    save_checkpoint(tmp_path / 'start.pt', narrow_network('accel-18'))
    config = load_config(FOLDER / 'accel-18.yaml', changes(own, tmp_path / 'start.pt', change))
    with pytest.raises(ConfigError, match=message):
        make_task(config)


def test_branch_losses_need_two_branches(tmp_path, own):
    save_checkpoint(tmp_path / 'start.pt', narrow_network('accel-101'))
    more = changes(own, tmp_path / 'start.pt', 'data.branch_loss=0.3')
    with pytest.raises(ConfigError, match='fuse the scores of two branches'):
        make_task(load_config(FOLDER / 'accel-101.yaml', more))


def test_parts_that_no_file_brings_are_named(tmp_path, own, caplog):
    save_checkpoint(tmp_path / 'start.pt', narrow_network('deeplab-18'))
    more = [f'data.folder={own}', 'data.name=folder', f'init={{update: {tmp_path}/start.pt}}']
    make_task(
        load_config(FOLDER / 'accel-18.yaml', [*more, 'network.variant=resnet-18+resnet-18'])
    )
    assert 'no file of init brings flow, head, reference: random weights' in caplog.text
