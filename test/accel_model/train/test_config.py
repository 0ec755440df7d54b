# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Training configurations: the files that ship, changes, and mistakes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.shared import REPOSITORY

from accel_model.train.clip import ClipData, ClipNetwork
from accel_model.train.config import load_config
from accel_model.train.data import VideoData
from accel_model.train.flow import FlowData, FlowNetwork
from accel_model.train.frame import FrameData, FrameNetwork
from accel_model.train.optimiser import AdamWConfig, SgdConfig
from accel_model.train.settings import ConfigError, read_settings

FOLDER = REPOSITORY / 'config' / 'train'
SHIPPED = sorted(FOLDER.glob('*.yaml'))
SECTIONS = {
    'frame': (FrameNetwork, FrameData),
    'clip': (ClipNetwork, ClipData),
    'flow': (FlowNetwork, FlowData),
    'photometric': (FlowNetwork, VideoData),
}


@pytest.mark.parametrize('path', SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_configuration_is_read_to_the_end(path):
    config = load_config(path, [])
    assert config.optimiser.updates(1000, config.batch) > 0
    assert config.output == f'runs/{path.stem}'
    network, data = SECTIONS[config.task]
    read_settings(network, config.network, 'network')
    read_settings(data, config.data, 'data')


@pytest.mark.parametrize('path', SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_configuration_says_its_command(path):
    comments = [line for line in path.read_text().splitlines() if line.startswith('#')]
    command = f'#   accel-model train --config config/train/{path.name} --data '
    assert any(line.startswith(command) for line in comments)


@pytest.mark.parametrize(
    ('version', 'frames', 'epochs'), [(18, 5, 53), (34, 5, 53), (50, 5, 53), (101, 3, 100)]
)
def test_the_published_recipe(version, frames, epochs):
    config = load_config(FOLDER / f'accel-{version}.yaml', [])
    assert config.optimiser == SgdConfig(
        epochs=epochs, learning_rate=5e-4, weight_decay=5e-4, warmup=1000, momentum=0.9
    )
    assert config.network['train'] == ['fusion'] and config.network['fusion'] == 'published'
    data = read_settings(ClipData, config.data, 'data')
    assert (data.frames, data.clips, data.keyframe) == (frames, 'real', 'first')
    assert data.crop == (768, 1024) and not data.flip and data.scale == (1, 1)
    assert config.batch == 1 and data.ohem is None and data.class_balance == 0
    assert config.network.get('batch_statistics', False) == (version in (18, 34))


def test_changes_reach_into_the_tree():
    changes = ['optimiser.iterations=7', 'data.crop=[3, 4]', 'batch=2', 'init.flow=a.pt']
    config = load_config(FOLDER / 'accel-lite.yaml', changes)
    assert isinstance(config.optimiser, AdamWConfig) and config.optimiser.iterations == 7
    assert config.data['crop'] == [3, 4]
    assert config.batch == 2
    assert str(config.init['flow']) == 'a.pt'


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ('batch', 'write key=value'),
        ('task=sing', "task 'sing' is not one of frame, flow, clip"),
        ('optimiser.speed=3', 'no setting optimiser.speed: choose from iterations'),
        ('optimiser.drops=[3]', 'no setting optimiser.drops'),  # AdamW has none
        ('optimiser.name=lion', "'lion' is not one of adamw, sgd"),
        ('optimiser=3', 'optimiser'),
        ('colour=3', 'no setting colour'),
        ('batch=banana', "batch is 'banana' and should be a whole number"),
        ('batch=true', 'batch is True and should be a whole number'),
        ('batch=0', 'batch is 0 and should be at least 1'),
        ('batch.x=1', 'batch is a value'),
        ('batch={', 'is no YAML value'),
        ('precision=int8', 'not one of fp32, bf16, fp16'),
        ('init.flow=[1]', 'init.flow is .* should be a path'),
    ],
)
def test_mistakes_are_named(change, message):
    with pytest.raises(ConfigError, match=message) as caught:
        load_config(FOLDER / 'accel-lite.yaml', [change])
    assert '\n' not in str(caught.value)


def test_an_unreadable_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r'none\.yaml'):
        load_config(tmp_path / 'none.yaml', [])
    for content in (b'\xff\xfe', b'just words', b'{', b'', b'- 1', b'batch: 2'):
        (tmp_path / 'bad.yaml').write_bytes(content)
        with pytest.raises(ConfigError, match=r'bad\.yaml'):
            load_config(tmp_path / 'bad.yaml', ['batch=2'])


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_change_is_applied_or_refused_in_one_line(key, value):
    try:
        load_config(FOLDER / 'accel-lite.yaml', [f'{key}={value}'])
    except ConfigError as error:
        assert '\n' not in str(error)
