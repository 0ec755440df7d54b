# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The training loop: shuffled passes over the samples, checkpoints, progress."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, default_collate, get_worker_info

from accel_model.train.config import TrainConfig
from accel_model.train.processes import Processes
from accel_model.train.progress import Progress
from accel_model.train.state import State
from accel_model.train.task import Samples, Task
from accel_ros.errors import AccelError

CHECKPOINT = 'checkpoint.pt'
WEIGHTS = 'weights.pt'


class Shuffled(IterableDataset[Any]):
    """
    A process's part of the batches of the steps `start` to `stop`, in shuffled passes.

    The n-th sample of a training depends on the seed and n alone, and each worker makes whole
    batches in turn: a training is the same with any number of workers and processes, and after a
    pause.
    """

    def __init__(
        self, samples: Samples, config: TrainConfig, processes: Processes, start: int, stop: int
    ) -> None:
        self.samples, self.seed = samples, config.seed
        self.start, self.stop = start, stop
        self.batch, self.share = config.batch, processes.share(config.batch)
        self.offset = processes.rank * self.share

    def __iter__(self) -> Iterator[Any]:
        worker = get_worker_info()
        first, stride = (worker.id, worker.num_workers) if worker else (0, 1)
        order, passing = np.arange(0), -1
        for step in range(self.start + first, self.stop, stride):
            for place in range(self.share):
                number = step * self.batch + self.offset + place
                if number // len(self.samples) != passing:
                    passing = number // len(self.samples)
                    shuffle = np.random.default_rng((self.seed, passing, 1))
                    order = shuffle.permutation(len(self.samples))
                rng = np.random.default_rng((self.seed, number))
                try:
                    yield self.samples.sample(int(order[number % len(self.samples)]), rng)
                except AccelError as error:
                    yield error  # raised in a worker, it would come with that one's traceback


def train(task: Task, config: TrainConfig, processes: Processes) -> Path:
    """
    Run (or continue) a training; the first process writes `weights.pt` into the output folder.

    :returns: the path of the weights
    :raises ConfigError: batch or precision do not fit the processes
    :raises TrainingError: it cannot go on
    :raises AccelError: a sample cannot be made
    """
    torch.set_num_threads(config.threads)
    cv2.setNumThreads(0)  # OpenCV's threads do not survive the fork of the workers
    folder = Path(config.output)
    folder.mkdir(parents=True, exist_ok=True)
    total = config.optimiser.updates(len(task.samples), config.batch)
    state = State(task, config, processes)
    start = state.resume(folder / CHECKPOINT)
    loader = DataLoader(
        Shuffled(task.samples, config, processes, start, total),
        batch_size=processes.share(config.batch),
        num_workers=config.workers,
        collate_fn=_collate,
        pin_memory=processes.device.type == 'cuda',
        worker_init_fn=_one_thread,
    )
    with Progress(folder, total, start, config.batch, processes.first) as progress:
        for batch in progress.watch(loader):
            if isinstance(batch, AccelError):
                raise batch
            rate = state.rate
            progress.report(state.step(batch), rate)
            if progress.step % config.checkpoint_every == 0:
                state.save(folder / CHECKPOINT, progress.step)
    if processes.first:
        state.result().save(folder / WEIGHTS)
    return folder / WEIGHTS


def _collate(samples: list[Any]) -> Any:
    """Return a batch of the samples, or the first error among them."""
    errors = (sample for sample in samples if isinstance(sample, AccelError))
    return next(errors, None) or default_collate(samples)


def _one_thread(_: int) -> None:
    torch.set_num_threads(1)
