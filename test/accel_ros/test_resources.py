# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

from accel_ros import resources


def test_finds_what_is_in_the_source_tree(repository: Path):
    assert resources.find('config/classes/camvid.yaml') == (
        repository / 'config/classes/camvid.yaml'
    )


def test_finds_what_a_ros_installation_shares(tmp_path: Path, monkeypatch):
    place = tmp_path / 'share' / 'accel_ros' / 'config' / 'only_installed.yaml'
    place.parent.mkdir(parents=True)
    place.touch()
    monkeypatch.setenv('AMENT_PREFIX_PATH', f'/nowhere:{tmp_path}')
    assert resources.find('config/only_installed.yaml') == place


def test_finds_nothing_without_complaint():
    assert resources.find('config/nothing.yaml') is None
