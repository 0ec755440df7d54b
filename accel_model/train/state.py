# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The moving parts of a training: a step, and a checkpoint to continue from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from accel_model.checkpoint import write_whole
from accel_model.train.config import TrainConfig
from accel_model.train.optimiser import schedule_of
from accel_model.train.processes import Processes
from accel_model.train.settings import ConfigError
from accel_model.train.task import Batch, Objective, Task
from accel_ros.errors import AccelError, one_line

DTYPES = {'fp32': torch.float32, 'bf16': torch.bfloat16, 'fp16': torch.float16}


class TrainingError(AccelError):
    """A training cannot go on."""


class State:
    """
    Network, optimiser, schedule and average.

    :raises ConfigError: 16 bits are asked for without a GPU
    """

    def __init__(self, task: Task, config: TrainConfig, processes: Processes) -> None:
        if config.precision != 'fp32' and processes.device.type != 'cuda':
            raise ConfigError(
                f'precision {config.precision} is for GPUs and there is none: use precision=fp32'
            )
        self.processes, self.config = processes, config
        self.objective = task.objective.to(processes.device)
        self.model = processes.wrap(self.objective)
        learning = [(n, p) for n, p in self.objective.named_parameters() if p.requires_grad]
        self.parameters = [parameter for _, parameter in learning]
        settings = config.optimiser
        self.optimiser = settings.build(learning)
        self.schedule = schedule_of(settings, self.optimiser, len(task.samples), config.batch)
        self.scaler = torch.amp.GradScaler(  # small gradients would vanish in fp16
            processes.device.type, enabled=config.precision == 'fp16'
        )
        self.averaged: AveragedModel | None = None
        if settings.ema:
            average = get_ema_multi_avg_fn(settings.ema)
            self.averaged = AveragedModel(self.objective, multi_avg_fn=average, use_buffers=True)

    def step(self, batch: Batch) -> float:
        """Learn from a batch; returns its loss. Raises TrainingError if that is no number."""
        device = self.processes.device
        batch = {key: value.to(device, non_blocking=True) for key, value in batch.items()}
        self.model.train()
        self.optimiser.zero_grad(set_to_none=True)
        with self.processes.shared_statistics():
            with torch.autocast(
                device.type,
                DTYPES[self.config.precision],
                enabled=self.config.precision != 'fp32',
            ):
                loss = self.model(batch)
        value = self.processes.mean(loss)
        if not value - value == 0:
            raise TrainingError(
                f'the loss became {value}: lower optimiser.learning_rate or check the labels; '
                'the last checkpoint is kept'
            )
        self._descend(loss)
        return value

    def _descend(self, loss: torch.Tensor) -> None:
        self.scaler.scale(loss).backward()
        if self.config.optimiser.clip_norm:
            self.scaler.unscale_(self.optimiser)
            nn.utils.clip_grad_norm_(self.parameters, self.config.optimiser.clip_norm)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        self.schedule.step()
        if self.averaged is not None:
            self.averaged.update_parameters(self.objective)

    @property
    def rate(self) -> float:
        """Return the learning rate of the next step, of parameters without a multiplier."""
        last: float = self.schedule.lr_lambdas[0](self.schedule.last_epoch)
        return last * self.config.optimiser.learning_rate

    def result(self) -> Objective:
        """Return what has been learnt, in evaluation mode."""
        learnt = self.objective if self.averaged is None else self.averaged.module
        assert isinstance(learnt, Objective)
        return learnt.eval()

    def _parts(self) -> dict[str, Any]:
        parts = {
            'module': self.objective,
            'optimiser': self.optimiser,
            'schedule': self.schedule,
            'scaler': self.scaler,
        }
        return parts if self.averaged is None else {**parts, 'averaged': self.averaged}

    def save(self, path: Path, step: int) -> None:
        """Let the first process write all that is needed to continue; whole or not at all."""
        if self.processes.first:
            state = {name: part.state_dict() for name, part in self._parts().items()}
            write_whole(path, {'step': step, **state})

    def resume(self, path: Path) -> int:
        """
        Continue from the first process's checkpoint if there is one; returns its step.

        :raises TrainingError: it is damaged or of another training
        """
        state, problem = None, ''
        if self.processes.first and path.exists():
            try:
                state = torch.load(path, map_location='cpu', weights_only=True)
            except Exception as error:  # a damaged file makes torch.load raise almost anything
                problem = one_line(error)
        state, problem = self.processes.from_first((state, problem))
        if state is None and not problem:
            return 0
        try:
            if problem:
                raise ValueError(problem)
            for name, part in self._parts().items():
                part.load_state_dict(state[name])
            return int(state['step'])
        except Exception as error:
            raise TrainingError(
                f'{path} cannot be continued from ({one_line(error):.200}): remove it to start '
                'again, or choose another output'
            ) from error
