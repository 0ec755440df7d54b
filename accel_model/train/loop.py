# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The training loop: AdamW, averaged weights, resumable checkpoints, TensorBoard and progress."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from accel_model.schedules import warmup_poly
from accel_model.train.config import OptimiserConfig, TrainConfig
from accel_model.train.task import Task
from accel_ros.errors import AccelError

CHECKPOINT = 'checkpoint.pt'


class TrainingError(AccelError):
    """A training cannot go on."""


class Samples(IterableDataset[Any]):
    """A task's samples for the steps `start` to `stop`.

    Sample i depends on the seed and i alone, and each worker makes whole batches in turn, so the
    training is the same with any number of workers, and after a pause.
    """

    def __init__(self, task: Task, config: TrainConfig, start: int) -> None:
        self.task, self.config, self.start = task, config, start

    def __iter__(self) -> Iterator[Any]:
        worker = get_worker_info()
        first, stride = (worker.id, worker.num_workers) if worker else (0, 1)
        for step in range(self.start + first, self.config.optimiser.iterations, stride):
            for index in range(step * self.config.batch, (step + 1) * self.config.batch):
                yield self.task.sample(np.random.default_rng((self.config.seed, index)))


def _one_thread(_: int) -> None:
    torch.set_num_threads(1)


def train(task: Task, config: TrainConfig) -> Path:
    """Run (or continue) a training and write `weights.pt` into the output folder.

    :returns: the path of the weights.
    """
    torch.set_num_threads(config.threads)
    cv2.setNumThreads(0)  # OpenCV's threads do not survive the fork of the workers
    torch.manual_seed(config.seed)
    folder = Path(config.output)
    folder.mkdir(parents=True, exist_ok=True)
    run = _Run(task, config.optimiser)
    step = run.resume(folder / CHECKPOINT)
    total = config.optimiser.iterations
    loader = DataLoader(
        Samples(task, config, step),
        batch_size=config.batch,
        num_workers=config.workers,
        worker_init_fn=_one_thread,
    )
    with SummaryWriter(str(folder)) as board, tqdm(total=total, initial=step) as bar:
        for batch in loader:
            loss = run.step(batch)
            step += 1
            rate = run.schedule.get_last_lr()[0]
            board.add_scalar('loss', loss, step)
            board.add_scalar('learning_rate', rate, step)
            bar.set_postfix(loss=f'{loss:.3f}', lr=f'{rate:.1e}', refresh=False)
            bar.update()
            if step % config.checkpoint_every == 0:
                run.checkpoint(folder / CHECKPOINT, step)
    weights = folder / 'weights.pt'
    averaged = run.averaged.module
    averaged.eval()
    task.save(averaged, weights)
    return weights


class _Run:
    """The moving parts of one training."""

    def __init__(self, task: Task, config: OptimiserConfig) -> None:
        self.task, self.config = task, config
        self.parameters = [p for p in task.module.parameters() if p.requires_grad]
        self.optimiser = torch.optim.AdamW(
            self.parameters, lr=config.learning_rate, weight_decay=config.weight_decay
        )
        factor = partial(
            warmup_poly, warmup=config.warmup, total=config.iterations, power=config.power
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, factor)
        self.averaged = AveragedModel(
            task.module, multi_avg_fn=get_ema_multi_avg_fn(config.ema), use_buffers=True
        )

    def step(self, batch: Any) -> float:
        self.task.module.train()
        loss = self.task.loss(batch)
        self.optimiser.zero_grad(set_to_none=True)
        if not torch.isfinite(loss):
            raise TrainingError(
                f'the loss became {loss.item()}: lower optimiser.learning_rate or check the '
                'labels; the last checkpoint is kept'
            )
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, self.config.clip_norm)
        self.optimiser.step()
        self.schedule.step()
        self.averaged.update_parameters(self.task.module)
        return loss.item()

    def _parts(self) -> dict[str, Any]:
        return {
            'module': self.task.module,
            'averaged': self.averaged,
            'optimiser': self.optimiser,
            'schedule': self.schedule,
        }

    def checkpoint(self, path: Path, step: int) -> None:
        """Write everything to continue from; whole or not at all."""
        state = {name: part.state_dict() for name, part in self._parts().items()}
        temporary = path.with_suffix('.tmp')
        torch.save({'step': step, 'random': torch.get_rng_state(), **state}, temporary)
        os.replace(temporary, path)

    def resume(self, path: Path) -> int:
        """Load a checkpoint if there is one; returns the step to continue from."""
        if not path.exists():
            return 0
        state = torch.load(path, weights_only=True)
        for name, part in self._parts().items():
            part.load_state_dict(state[name])
        torch.set_rng_state(state['random'])
        return int(state['step'])
