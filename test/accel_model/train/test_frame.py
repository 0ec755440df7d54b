# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Single-frame DeepLab of any backbone, from ImageNet to a network that can be evaluated."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.drives import write_drives
from support.narrow import narrow_network
from support.shared import REPOSITORY

from accel_model.checkpoint import load_checkpoint, read_weights, save_checkpoint
from accel_model.cli import main
from accel_model.networks.variants import find
from accel_model.train.command import make_task
from accel_model.train.config import load_config
from accel_model.train.data import DataSettings
from accel_model.train.frame import FrameSamples, branch_of, freeze, start_from_imagenet
from accel_model.train.settings import ConfigError

FOLDER = REPOSITORY / 'config' / 'train'


@pytest.fixture
def own(tmp_path):
    return write_drives(tmp_path / 'own', count=2, frames=2)


def train(own, output, variant, *changes):
    return main(
        [
            *('train', '--config', str(FOLDER / f'{variant}.yaml'), '--data', str(own)),
            *('data.name=folder', 'data.crop=[64, 96]', 'batch=2', 'optimiser.iterations=2'),
            *('optimiser.warmup=0', 'workers=0', f'output={output}', *changes),
        ]
    )


@pytest.mark.parametrize('variant', ['deeplab-18', 'deeplab-101'])
def test_a_network_can_go_on_and_be_loaded(tmp_path, own, variant):
    save_checkpoint(tmp_path / 'start.pt', narrow_network(variant))
    assert train(own, tmp_path, variant, f'init.network={tmp_path / "start.pt"}') == 0
    network = load_checkpoint(tmp_path / 'weights.pt')
    began = read_weights(tmp_path / 'start.pt').weights
    assert network.description.variant == variant
    moved = {
        key for key, value in network.state_dict().items() if not torch.equal(value, began[key])
    }
    assert {'head.score.weight', 'reference.res5a.branch2b.offset.bias'} <= moved
    assert 'upsampling.weight' not in moved  # frozen in the original
    if variant == 'deeplab-101':  # its first layers and its statistics are frozen
        assert not any(key.startswith(('reference.conv1', 'reference.res2')) for key in moved)
        assert not any('running' in key for key in moved)
        assert 'reference.res3a.bn_branch2a.weight' in moved
    else:
        assert 'reference.bn0.running_mean' in moved and 'reference.conv0.weight' in moved


def test_every_branch_is_a_network_of_its_own():
    for variant, branch, name in [
        ('accel-18', 'reference', 'deeplab-101'),
        ('accel-34', 'update', 'deeplab-34'),
        ('deeplab-50', 'reference', 'deeplab-50'),
        ('accel-lite', 'reference', 'efficientnet-lite2'),
        ('accel-lite', 'update', 'efficientnet-lite0'),
        ('resnet-50+resnet-18', 'reference', 'deeplab-50'),
    ]:
        assert branch_of(find(variant), branch).name == name
    with pytest.raises(ConfigError, match='deeplab-50 has no update branch of its own'):
        branch_of(find('deeplab-50'), 'update')


def test_without_a_start_the_imagenet_file_is_asked_for(own, tmp_path):
    changes = [f'data.folder={own}', 'data.name=folder']
    for nothing in ('init={}', 'init={network: null}'):
        config = load_config(FOLDER / 'deeplab-18.yaml', [*changes, nothing])
        with pytest.raises(ConfigError, match=r"give init\.imagenet=FILE \(torchvision's ResNet"):
            make_task(config)
    config = load_config(
        FOLDER / 'deeplab-18.yaml', [*changes, f'init.imagenet={tmp_path}/no.pth']
    )
    with pytest.raises(ConfigError, match=r'no\.pth'):
        make_task(config)


@pytest.mark.parametrize('variant', ['deeplab-18', 'efficientnet-lite0'])
@pytest.mark.parametrize('role', ['network', 'reference'])
def test_a_file_that_brings_the_backbone_is_where_it_starts(own, tmp_path, variant, role):
    save_checkpoint(tmp_path / 'start.pt', narrow_network(variant))
    changes = [f'data.folder={own}', 'data.name=folder', f'network.variant={variant}']
    changes += [f'init={{{role}: {tmp_path / "start.pt"}}}']
    network = make_task(load_config(FOLDER / 'deeplab-18.yaml', changes)).objective.network
    began = read_weights(tmp_path / 'start.pt').weights
    for key, value in network.reference.state_dict().items():
        assert torch.equal(value, began[f'reference.{key}']), key


def test_null_starts_at_random_with_the_published_head():
    network = narrow_network('deeplab-18')
    backbone = {key: value.clone() for key, value in network.reference.state_dict().items()}
    start_from_imagenet(network, {'imagenet': None})
    for key, value in network.reference.state_dict().items():
        assert torch.equal(backbone[key], value)
    assert network.head.fc6.weight.std().item() == pytest.approx(0.01, rel=0.2)
    assert (network.head.score.bias == 0).all()


def test_a_frozen_part_has_to_exist():
    network = narrow_network('deeplab-50').requires_grad_()
    freeze(network.reference, ('conv1', 'res2'))
    learning = {name for name, p in network.named_parameters() if p.requires_grad}
    assert 'reference.bn_conv1.weight' in learning and 'reference.conv1.weight' not in learning
    with pytest.raises(ConfigError, match="has no 'res9'"):
        freeze(network.reference, ('res9',))
    freeze(network.reference, ())


def test_samples_are_crops_with_the_data_set_s_own_ignored_label(own):
    data = DataSettings(name='folder', folder=own, crop=(128, 192))
    sample = FrameSamples(data.open(), data.augmentation).sample(1, np.random.default_rng(0))
    assert sample['image'].shape == (128, 192, 3)
    outside = sample['labels'] == 255
    assert outside.sum() == 128 * 192 - 96 * 128
    assert (sample['image'][outside] == 0).all()


def test_mistakes_are_named(own, tmp_path, capsys):
    for change, message in [
        ('network.branch=third', "network.branch 'third' is not one of reference, update"),
        ('network.train=[head]', 'no setting network.train'),
        ('data.colur=0.3', 'no setting data.colur: choose from name, folder'),
        ('data.crop=64', 'data.crop is 64 and should be a list'),
        ('init.imagnet=x', 'no setting init.imagnet'),
        ('network.variant=deeplab-19', 'unknown variant'),
    ]:
        assert train(own, tmp_path, 'deeplab-18', 'init.imagenet=null', change) == 1
        error = capsys.readouterr().err
        assert message in error and error.count('\n') == 1
