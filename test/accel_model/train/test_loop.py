# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The training loop: it learns, shuffles, and a killed run continues to the same weights."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch import nn

from accel_model import checkpoint
from accel_model.train.config import TrainConfig
from accel_model.train.loop import CHECKPOINT, Shuffled, train
from accel_model.train.optimiser import AdamWConfig, SgdConfig
from accel_model.train.processes import Processes
from accel_model.train.settings import ConfigError
from accel_model.train.state import TrainingError
from accel_model.train.task import Objective, Task
from accel_ros.errors import AccelError

ALONE = Processes(torch.device('cpu'))


class Line(Objective):
    """Fit y = 2 x + 1."""

    def __init__(self, at_step=None):
        nn.Module.__init__(self)
        torch.manual_seed(1)
        self.line = nn.Linear(1, 1)
        self.steps, self.at_step = 0, at_step

    def forward(self, batch):
        self.steps += 1
        if self.at_step:
            self.at_step(self.steps)
        return ((self.line(batch['x']) - batch['y']) ** 2).mean()

    def save(self, path):
        torch.save(self.line.state_dict(), path)


class Points:
    def __len__(self):
        return 10

    def sample(self, index, rng):
        x = np.float32([index / 5 - 1 + rng.uniform(0, 0.1)])
        return {'x': x, 'y': 2 * x + 1, 'index': index}


def config(folder, iterations=40, workers=0, sgd=False):
    settings = SgdConfig if sgd else AdamWConfig
    optimiser = settings(iterations, learning_rate=0.2, weight_decay=0, warmup=5, ema=0.5)
    return TrainConfig(
        'frame', str(folder), {}, {}, optimiser, batch=4, checkpoint_every=10, workers=workers
    )


def run(objective, config):
    return torch.load(train(Task(Points(), objective), config, ALONE), weights_only=True)


def assert_equal(one, other):
    for key, value in one.items():
        assert torch.equal(other[key], value)


@pytest.mark.parametrize('sgd', [False, True])
def test_it_learns(tmp_path, sgd):
    learnt = run(Line(), config(tmp_path, 200, sgd=sgd))
    assert learnt['weight'].item() == pytest.approx(2, abs=0.05)
    assert learnt['bias'].item() == pytest.approx(1, abs=0.05)


def test_every_pass_has_every_sample_once_in_another_order():
    samples = Shuffled(Points(), config('', 10), ALONE, 0, 10)
    drawn = [sample['index'] for sample in samples]
    passes = [drawn[start : start + 10] for start in range(0, 40, 10)]
    assert all(sorted(order) == list(range(10)) for order in passes)
    assert len({tuple(order) for order in passes}) == 4


def test_processes_share_the_samples_of_one():
    def parts(count):
        return [
            list(Shuffled(Points(), config('', 6), Processes(ALONE.device, rank, count), 2, 6))
            for rank in range(count)
        ]

    [alone] = parts(1)
    first, second = parts(2)
    together = [sample for step in range(4) for part in (first, second) for sample in
                part[2 * step : 2 * step + 2]]  # fmt: skip
    assert together == alone
    with pytest.raises(ConfigError, match='choose a multiple of 3'):
        parts(3)


@pytest.mark.parametrize('sgd', [False, True])
def test_a_stopped_run_continues_to_the_same_weights(tmp_path, sgd):
    def stop(step):
        if step == 27:
            raise KeyboardInterrupt

    whole = run(Line(), config(tmp_path / 'whole', sgd=sgd))
    with pytest.raises(KeyboardInterrupt):
        run(Line(stop), config(tmp_path / 'stopped', sgd=sgd))
    second = Line()
    continued = run(second, config(tmp_path / 'stopped', sgd=sgd))
    assert second.steps == 20  # from the checkpoint at 20 to 40
    assert_equal(whole, continued)


def test_a_killed_run_continues_to_the_same_weights(tmp_path):
    def kill(step):
        if step == 25:
            os.kill(os.getpid(), signal.SIGKILL)

    whole = run(Line(), config(tmp_path / 'whole'))
    fork = multiprocessing.get_context('fork')
    process = fork.Process(target=run, args=(Line(kill), config(tmp_path / 'killed')))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert_equal(whole, run(Line(), config(tmp_path / 'killed')))


def test_a_checkpoint_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    run(Line(), config(tmp_path, 10))
    before = (tmp_path / CHECKPOINT).read_bytes()

    def fails(content, file):
        file.write(b'half')
        raise OSError('No space left on device')

    monkeypatch.setattr(checkpoint.torch, 'save', fails)
    with pytest.raises(OSError, match='No space'):
        run(Line(), config(tmp_path, 20))
    assert (tmp_path / CHECKPOINT).read_bytes() == before


@pytest.mark.parametrize('content', [b'', b'text', None])
def test_a_checkpoint_that_is_none_of_this_training_is_named(tmp_path, content):
    if content is None:
        torch.save({'step': 3, 'module': {}}, tmp_path / CHECKPOINT)
    else:
        (tmp_path / CHECKPOINT).write_bytes(content)
    with pytest.raises(TrainingError, match=r'checkpoint\.pt cannot be continued .* remove it'):
        run(Line(), config(tmp_path, 20))


def test_a_loss_that_is_not_a_number_ends_the_run_and_keeps_the_checkpoint(tmp_path):
    run(Line(), config(tmp_path, 10))
    before = (tmp_path / CHECKPOINT).read_bytes()
    broken = Line()
    broken.forward = lambda batch: broken.line(batch['x']).mean() * float('nan')
    with pytest.raises(TrainingError, match='became nan'):
        run(broken, config(tmp_path, 20))
    assert (tmp_path / CHECKPOINT).read_bytes() == before


def test_the_number_of_workers_changes_nothing(tmp_path):
    assert_equal(
        run(Line(), config(tmp_path / 'alone')), run(Line(), config(tmp_path / 'helped', 40, 2))
    )


@pytest.mark.parametrize('workers', [0, 2])
def test_a_sample_that_cannot_be_made_ends_the_run_in_one_line(tmp_path, workers):
    class Damaged(Points):
        def sample(self, index, rng):
            if index == 7:
                raise AccelError('image 7 is cut off')
            return super().sample(index, rng)

    with pytest.raises(AccelError) as caught:
        train(Task(Damaged(), Line()), config(tmp_path, 40, workers), ALONE)
    assert str(caught.value) == 'image 7 is cut off'


@pytest.mark.parametrize('precision', ['bf16', 'fp16'])
def test_16_bits_without_a_gpu_are_refused(tmp_path, precision):
    with pytest.raises(ConfigError, match=f'precision {precision} is for GPUs'):
        run(Line(), replace(config(tmp_path), precision=precision))


def test_curves_and_a_bar_show_the_course(tmp_path, capsys):
    run(Line(), config(tmp_path))
    board = EventAccumulator(str(tmp_path)).Reload()
    losses = [event.value for event in board.Scalars('loss')]
    assert len(losses) == 40 and losses[-1] < losses[0] / 10
    rates = [event.value for event in board.Scalars('learning_rate')]
    assert rates[0] == pytest.approx(0.2 / 6) and max(rates) == pytest.approx(0.2)
    assert all(0 <= event.value <= 1 for event in board.Scalars('waiting'))
    bar = capsys.readouterr().err
    assert '160/160' in bar and 'image/s' in bar and 'loss=' in bar and 'lr=' in bar


def test_other_processes_stay_silent_and_write_nothing(tmp_path, capsys):
    class Second(Processes):
        """The second of two, without the other to talk to."""

        def wrap(self, module):
            return module

        def mean(self, value):
            return value.item()

        def from_first(self, thing):
            return thing

    second = Second(torch.device('cpu'), rank=1, count=2)
    train(Task(Points(), Line()), config(tmp_path), second)
    assert Counter(path.name for path in tmp_path.iterdir()) == {}
    assert capsys.readouterr().err == ''
