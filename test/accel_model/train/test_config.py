# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Training configurations: the files that ship, changes, and mistakes."""

from __future__ import annotations

import pytest
from support.shared import REPOSITORY

from accel_model.train.config import ConfigError, load_config

SHIPPED = sorted((REPOSITORY / 'config' / 'train').glob('*.yaml'))


@pytest.mark.parametrize('path', SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_configuration_loads(path):
    config = load_config(path, [])
    assert config.optimiser.iterations > 0
    assert config.output == f'runs/{path.stem}'


def test_changes_reach_into_the_tree():
    config = load_config(SHIPPED[0], ['optimiser.iterations=7', 'data.crop=[3, 4]', 'batch=2'])
    assert config.optimiser.iterations == 7
    assert config.data['crop'] == [3, 4]
    assert config.batch == 2


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ('batch', 'write key=value'),
        ('task=sing', "task 'sing' is not one of frame, flow, clip"),
        ('optimiser.speed=3', 'speed'),
        ('colour=3', 'colour'),
        ('batch=banana', "batch is 'banana' and should be a int"),
        ('batch.x=1', 'see the configurations'),
    ],
)
def test_mistakes_are_named(change, message):
    with pytest.raises(ConfigError, match=message):
        load_config(SHIPPED[0], [change])


def test_an_unreadable_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r'none\.yaml'):
        load_config(tmp_path / 'none.yaml', [])
    (tmp_path / 'bad.yaml').write_bytes(b'\xff\xfe')
    with pytest.raises(ConfigError, match=r'bad\.yaml'):
        load_config(tmp_path / 'bad.yaml', [])
    (tmp_path / 'bad.yaml').write_text('just words')
    with pytest.raises(ConfigError, match=r'bad\.yaml'):
        load_config(tmp_path / 'bad.yaml', ['batch=2'])
    (tmp_path / 'bad.yaml').write_text('{')
    with pytest.raises(ConfigError, match=r'bad\.yaml'):
        load_config(tmp_path / 'bad.yaml', [])
