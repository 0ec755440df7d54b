# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Networks start with the weights of files, whole or part by part."""

from __future__ import annotations

import pytest
import torch
from support.narrow import narrow_network

from accel_model.checkpoint import save_checkpoint, save_parts
from accel_model.networks.variants import find
from accel_model.train.settings import ConfigError
from accel_model.train.start import start_network
from accel_ros.classes import ClassTable

CITYSCAPES = ClassTable.named('cityscapes')
CAMVID = ClassTable.named('camvid')


@pytest.fixture
def saved(tmp_path):
    """Write a narrow network; returns its weights and its file."""

    def save(variant, seed=0, parts=None):
        network = narrow_network(variant, seed=seed)
        path = tmp_path / f'{variant}.{seed}.pt'
        if parts is None:
            save_checkpoint(path, network)
        else:
            save_parts(path, network, parts)
        return network.state_dict(), path

    return save


def assert_same(state, part, source, origin):
    names = [name for name in state if name.startswith(f'{part}.')]
    assert names
    for name in names:
        assert torch.equal(state[name], source[origin + name.removeprefix(part)]), name


def test_a_whole_network(saved):
    weights, path = saved('accel-18')
    start = start_network(find('accel-18'), {'network': path}, CITYSCAPES)
    assert 'fusion' in start.brought and 'flow' in start.brought
    for name, value in start.network.state_dict().items():
        assert torch.equal(value, weights[name])


def test_the_published_sources_part_by_part(saved):
    dff, dff_path = saved('dff', 1)
    reference, reference_path = saved('deeplab-101', 2)
    update, update_path = saved('deeplab-18', 3)
    files = {'flow': dff_path, 'reference': reference_path, 'update': update_path}
    start = start_network(find('accel-18'), files, CITYSCAPES)
    state = start.network.state_dict()
    assert_same(state, 'flow', dff, 'flow')
    assert_same(state, 'reference', reference, 'reference')
    assert_same(state, 'head', reference, 'head')
    assert_same(state, 'update_branch', update, 'reference')
    assert_same(state, 'update_head', update, 'head')
    assert_same(state, 'update_upsampling', update, 'upsampling')
    assert 'fusion' not in start.brought


def test_a_branch_of_a_whole_network_and_a_later_line_that_wins(saved):
    _, whole_path = saved('accel-18', 1)
    other, other_path = saved('accel-18', 2)
    files = {'network': whole_path, 'update': other_path}
    state = start_network(find('accel-18'), files, CITYSCAPES).network.state_dict()
    assert_same(state, 'update_branch', other, 'update_branch')
    assert not torch.equal(state['fusion.weight'], other['fusion.weight'])


def test_files_of_parts(saved):
    _, whole_path = saved('accel-18', 1)
    names = ['update_branch', 'update_head', 'update_upsampling']
    update, parts_path = saved('accel-18', 2, names)
    files = {'network': whole_path, 'update': parts_path}
    start = start_network(find('accel-18'), files, CITYSCAPES)
    for part in names:
        assert_same(start.network.state_dict(), part, update, part)


def test_a_branch_that_sees_other_data(saved):
    variant = 'resnet-101+efficientnet-lite0'
    _, whole_path = saved(variant)
    alone, alone_path = saved('efficientnet-lite0', 4)
    files = {'network': whole_path, 'update': alone_path}
    state = start_network(find(variant), files, CITYSCAPES).network.state_dict()
    assert_same(state, 'update_branch.backbone', alone, 'reference')


def test_other_classes_leave_what_depends_on_them_out(saved, caplog):
    weights, path = saved('accel-18')
    start = start_network(find('accel-18'), {'network': path}, CAMVID)
    assert 'start anew' in caplog.text
    state = start.network.state_dict()
    assert start.network.description.classes == 'camvid'
    assert state['head.score.weight'].shape[0] == 11
    assert torch.equal(state['head.fc6.weight'], weights['head.fc6.weight'])
    assert 'fusion' not in start.brought and 'flow' in start.brought


def test_without_a_data_set_the_classes_are_those_of_the_file(saved, tmp_path):
    network = narrow_network('dff', num_classes=5)
    save_checkpoint(tmp_path / 'five.pt', network)
    start = start_network(find('dff'), {'network': tmp_path / 'five.pt'}, None)
    assert start.network.description == network.description
    assert start_network(find('deeplab-18'), {}, None).network.description.num_classes == 19


def test_what_does_not_fit_is_named(saved, tmp_path):
    _, small = saved('deeplab-18', 5)
    _, whole = saved('accel-lite', 6)
    _, parts = saved('accel-lite', 7, ['flow'])
    torch.save({'head.odd': torch.zeros(1)}, tmp_path / 'odd.pt')
    for files, message in [
        ({'reference': small}, 'its reference network is resnet-18 and should be efficientnet'),
        ({'update': small}, 'its network is resnet-18 and should be efficientnet-lite0'),
        ({'reference': parts}, 'it has no head or reference'),
        ({'reference': tmp_path / 'odd.pt'}, 'its layers are others, for example head.fc6.bias'),
        ({'flow': parts}, r'flow\.\S+ is \(.*\) and should be'),  # parts do not tell their widths
        ({'network': tmp_path / 'none.pt'}, 'run the stage that makes it first'),
        ({'net': whole}, 'no setting init.net: choose from network, reference'),
    ]:
        with pytest.raises(ConfigError, match=message) as caught:
            start_network(find('accel-lite'), files, CITYSCAPES)
        assert '\n' not in str(caught.value)
    with pytest.raises(ConfigError, match=r'init\.flow .* it has no flow'):
        start_network(find('dff'), {'reference': saved('dff')[1], 'flow': small}, CITYSCAPES)


def test_a_line_without_a_file_brings_nothing():
    start = start_network(find('deeplab-18'), {'network': None}, CITYSCAPES)
    assert not start.brought
