# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The training loop: it learns, and a killed run continues to the same weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from accel_model.train.config import OptimiserConfig, TrainConfig
from accel_model.train.loop import CHECKPOINT, TrainingError, train


class Line:
    """Fit y = 2 x + 1."""

    def __init__(self, fail_at=None):
        torch.manual_seed(1)
        self.module = nn.Linear(1, 1)
        self.steps, self.fail_at = 0, fail_at

    def sample(self, rng):
        x = rng.uniform(-1, 1, 1).astype(np.float32)
        return {'x': x, 'y': 2 * x + 1}

    def loss(self, batch):
        self.steps += 1
        if self.steps == self.fail_at:
            raise KeyboardInterrupt
        return ((self.module(batch['x']) - batch['y']) ** 2).mean()

    def save(self, module, path):
        torch.save(module.state_dict(), path)


def config(folder, iterations=40, workers=0):
    optimiser = OptimiserConfig(iterations, learning_rate=0.2, weight_decay=0, ema=0.5)
    return TrainConfig(
        'frame', str(folder), {}, {}, optimiser, batch=4, checkpoint_every=10, workers=workers
    )


def weights(path):
    return torch.load(path, weights_only=True)


def test_it_learns(tmp_path):
    learnt = weights(train(Line(), config(tmp_path, 200)))
    assert learnt['weight'].item() == pytest.approx(2, abs=0.05)
    assert learnt['bias'].item() == pytest.approx(1, abs=0.05)


def test_a_killed_run_continues_to_the_same_weights(tmp_path):
    whole = weights(train(Line(), config(tmp_path / 'whole')))
    with pytest.raises(KeyboardInterrupt):
        train(Line(fail_at=27), config(tmp_path / 'killed'))
    second = Line()
    continued = weights(train(second, config(tmp_path / 'killed')))
    assert second.steps == 20  # from the checkpoint at 20 to 40
    for key, value in whole.items():
        assert torch.equal(continued[key], value)


def test_a_checkpoint_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    train(Line(), config(tmp_path, 10))
    before = (tmp_path / CHECKPOINT).read_bytes()

    def fails(content, path):
        path.write_bytes(b'half')
        raise OSError('No space left on device')

    monkeypatch.setattr(torch, 'save', fails)
    with pytest.raises(OSError, match='No space'):
        train(Line(), config(tmp_path, 20))
    assert (tmp_path / CHECKPOINT).read_bytes() == before


def test_a_loss_that_is_not_a_number_ends_the_run_and_keeps_the_checkpoint(tmp_path):
    train(Line(), config(tmp_path, 10))
    before = (tmp_path / CHECKPOINT).read_bytes()
    task = Line()
    task.loss = lambda batch: task.module(batch['x']).mean() * float('nan')
    with pytest.raises(TrainingError, match='became nan'):
        train(task, config(tmp_path, 20))
    assert (tmp_path / CHECKPOINT).read_bytes() == before


def test_the_number_of_workers_changes_nothing(tmp_path):
    alone = weights(train(Line(), config(tmp_path / 'alone')))
    helped = weights(train(Line(), config(tmp_path / 'helped', workers=2)))
    for key, value in alone.items():
        assert torch.equal(helped[key], value)
