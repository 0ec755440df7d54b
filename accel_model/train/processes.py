# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The processes of a training: one, or those that torchrun started, on one or more machines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from accel_model.train.batch_statistics import SharedStatistics
from accel_model.train.settings import ConfigError


@dataclass(frozen=True)
class Processes:
    """
    This process among all.

    :ivar device: what it computes on: a GPU if there is one
    :ivar rank: its number, from 0
    :ivar count: of all processes
    """

    device: torch.device
    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Return whether this is the one that reports and writes."""
        return self.rank == 0

    def share(self, batch: int) -> int:
        """
        Return how many samples of a batch each process takes.

        :raises ConfigError: they do not come out even
        """
        if batch % self.count:
            raise ConfigError(
                f'batch is {batch} and cannot be shared evenly by {self.count} processes: '
                f'choose a multiple of {self.count}'
            )
        return batch // self.count

    def wrap(self, module: nn.Module) -> nn.Module:
        """Make the gradients of a module the mean over all processes."""
        if self.count == 1:
            return module
        devices = [self.device] if self.device.type == 'cuda' else None
        return DistributedDataParallel(module, device_ids=devices)

    def shared_statistics(self) -> AbstractContextManager[Any]:
        """Within it batch normalisation uses the statistics of all processes' batches."""
        return SharedStatistics() if self.count > 1 else nullcontext()

    def mean(self, value: Tensor) -> float:
        """Return the mean of a scalar over all processes, the same number in each."""
        value = value.detach().clone()
        if self.count > 1:
            dist.all_reduce(value)
        return value.item() / self.count

    def from_first(self, thing: Any) -> Any:
        """Return the first process's thing in every process."""
        if self.count == 1:
            return thing
        box = [thing]
        dist.broadcast_object_list(box, src=0)
        return box[0]


@contextmanager
def join_processes() -> Iterator[Processes]:
    """
    Join the processes that torchrun started; without it, this process is the only one.

    :raises ConfigError: there are fewer GPUs than processes on this machine
    """
    gpus = torch.cuda.device_count()
    if 'WORLD_SIZE' not in os.environ:
        yield Processes(torch.device('cuda' if gpus else 'cpu'))
        return
    device = torch.device('cpu')
    if gpus:
        local = int(os.environ['LOCAL_RANK'])
        if local >= gpus:
            raise ConfigError(
                f'this machine has {gpus} GPUs and more processes: start {gpus} '
                f'(torchrun --nproc-per-node {gpus}), or hide the GPUs (CUDA_VISIBLE_DEVICES=)'
            )
        device = torch.device('cuda', local)
        torch.cuda.set_device(device)
    dist.init_process_group('nccl' if gpus else 'gloo')
    try:
        yield Processes(device, dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()
