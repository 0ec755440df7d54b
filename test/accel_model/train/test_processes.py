# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Two processes under torchrun train as one does with the same batch."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import torch
from support.drives import write_drives
from support.narrow import narrow_network
from support.shared import REPOSITORY

from accel_model.checkpoint import load_checkpoint, save_checkpoint
from accel_model.train.processes import Processes, join_processes
from accel_model.train.settings import ConfigError

JOINT = REPOSITORY / 'config' / 'train' / 'accel-18-joint.yaml'


def command(tmp_path, output):
    """Joint training with batch statistics, and losses whose weights differ between the halves."""
    return [
        *('-m', 'accel_model.cli', 'train', '--config', str(JOINT)),
        *('--data', str(tmp_path / 'data'), f'output={tmp_path / output}'),
        *('data.name=folder', 'data.frames=3', 'data.crop=[64, 96]', 'data.scale=[0.7, 1.2]'),
        *('data.class_balance=0.5', 'data.ohem={loss: 1.0, share: 0.2}'),
        *('network.batch_statistics=true', f'init.network={tmp_path / "start.pt"}'),
        *('optimiser.iterations=3', 'optimiser.warmup=1', 'optimiser.learning_rate=1.0e-3'),
        *('batch=4', 'workers=1', 'checkpoint_every=2'),
    ]


@pytest.fixture
def start(tmp_path):
    write_drives(tmp_path / 'data', count=3, frames=3)
    save_checkpoint(tmp_path / 'start.pt', narrow_network('accel-18'))
    return tmp_path


def python(*arguments):
    environment = {**os.environ, 'OMP_NUM_THREADS': '1', 'CUDA_VISIBLE_DEVICES': ''}
    run = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environment
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run


def test_two_processes_make_the_weights_of_one(start):
    python(*command(start, 'one'))
    torchrun = ('-m', 'torch.distributed.run', '--standalone', '--nproc-per-node=2')
    run = python(*torchrun, *command(start, 'two'))
    assert run.stdout.count('weights:') == 1 and '12/12' in run.stderr
    began = load_checkpoint(start / 'start.pt').state_dict()
    one, two = (
        load_checkpoint(start / name / 'weights.pt').state_dict() for name in ('one', 'two')
    )
    moved = 0
    for key, value in one.items():
        # On CPUs PyTorch adds up a channels-last map one by one, which is off by up to 1e-3.
        tolerance = {'rtol': 1e-3, 'atol': 1e-3} if 'running' in key else {'rtol': 0, 'atol': 2e-6}
        torch.testing.assert_close(two[key], value, **tolerance, msg=key)
        moved += not torch.equal(began[key], value)
    assert moved > 200
    assert not torch.equal(
        began['update_branch.bn0.running_var'], one['update_branch.bn0.running_var']
    )
    assert sorted(path.suffix for path in (start / 'two').iterdir() if 'tf' not in path.name) == [
        '.pt', '.pt'
    ]  # fmt: skip


def test_alone_there_is_nothing_to_share(monkeypatch):
    monkeypatch.delenv('WORLD_SIZE', raising=False)
    with join_processes() as processes:
        assert (processes.rank, processes.count, processes.first) == (0, 1, True)
    module = torch.nn.Linear(1, 1)
    assert processes.wrap(module) is module
    assert processes.share(7) == 7
    assert processes.mean(torch.tensor(3.0)) == 3
    assert processes.from_first('thing') == 'thing'


def test_more_processes_than_gpus_are_refused(monkeypatch):
    monkeypatch.setenv('WORLD_SIZE', '4')
    monkeypatch.setenv('LOCAL_RANK', '2')
    monkeypatch.setattr(torch.cuda, 'device_count', lambda: 2)
    with pytest.raises(ConfigError, match='has 2 GPUs and more processes: start 2'):
        with join_processes():
            pass


def test_a_batch_has_to_come_out_even():
    with pytest.raises(ConfigError, match='cannot be shared evenly by 4'):
        Processes(torch.device('cpu'), 0, 4).share(6)
