# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Many recordings at once: every outcome comes, also that of one that fails."""

import os
import sys

import pytest
from support.recordings import image_topic, write_bag
from support.replays import CAMERA, die, labelled_bag, scene, task

from accel_ros.errors import AccelError
from accel_ros.replay import fleet


@pytest.fixture
def tasks(tmp_path, bundle_path):
    """Two bags, and between them one that is damaged beyond repair."""
    clip = scene(6)
    bags = [labelled_bag(tmp_path / name, clip) for name in ('a', 'broken', 'c')]
    (bags[1] / 'broken.mcap').write_bytes(b'')
    return [task(bag, tmp_path / 'report', {'tiny': bundle_path}) for bag in bags]


def check(outcomes):
    found = {work.name: outcome for work, outcome in outcomes}
    assert found.keys() == {'a', 'broken', 'c'}
    assert isinstance(found['broken'], str) and 'broken.mcap is damaged' in found['broken']
    for name in ('a', 'c'):
        assert [run.tally.frames for run in found[name].runs] == [6, 6]
    assert found['a'].runs[1].tally.dump() == found['c'].runs[1].tally.dump()


def test_one_by_one(tasks):
    check(fleet.one_by_one(tasks))


def test_on_the_cores(tasks):
    check(fleet.on_processes(tasks, 2))


def test_on_a_local_ray(tasks, monkeypatch, tmp_path):
    pytest.importorskip('ray', reason='needs pip install -r requirements/ray.txt')
    monkeypatch.setenv('RAY_AUTH_MODE', 'disabled')
    monkeypatch.setenv('RAY_USAGE_STATS_ENABLED', '0')
    monkeypatch.setenv('HOME', str(tmp_path))
    path = os.pathsep.join([*os.environ.get('PYTHONPATH', '').split(os.pathsep), 'test'])
    monkeypatch.setenv('PYTHONPATH', path)
    check(fleet.on_ray(tasks, 'local'))


def test_without_ray_it_says_how_to_install_it(tasks, monkeypatch):
    monkeypatch.setitem(sys.modules, 'ray', None)
    with pytest.raises(AccelError, match=r'pip install ray .*\[ray\]'):
        list(fleet.on_ray(tasks, 'local'))


def test_a_killed_process_is_named(tasks, monkeypatch):
    monkeypatch.setattr(fleet, '_outcome', die)
    [(_, why)] = fleet.on_processes(tasks[:1], 1)
    assert 'was killed' in why


def test_an_unlabelled_bag_beside_them(tmp_path, bundle_path):
    bag = write_bag(tmp_path / 'bag', {CAMERA: image_topic(scene(4))})
    [(_, result)] = fleet.one_by_one([task(bag, tmp_path / 'r', {'t': bundle_path}, labels=None)])
    assert result.labels == '' and result.runs[0].tally.frames == 4
