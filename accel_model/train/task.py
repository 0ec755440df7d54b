# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What the training loop needs to know of a task: where samples come from, what is minimised."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from accel_model.checkpoint import save_checkpoint
from accel_model.networks.accel import Accel

Batch = dict[str, Tensor]


class Samples(Protocol):
    """A source of samples. It is used in worker processes and knows no network."""

    def __len__(self) -> int:
        """Return how many samples a pass has."""

    def sample(self, index: int, rng: np.random.Generator) -> dict[str, Any]:
        """Draw sample `index`, changed at random; samples are collated by torch's default rule."""


class Objective(nn.Module, ABC):
    """
    A network and its loss. Its state is averaged and checkpointed.

    :param network: its parameters that require gradients learn
    """

    def __init__(self, network: Accel) -> None:
        super().__init__()
        # The memory order that convolutions are fastest in, on CPUs and on GPUs in 16 bits.
        self.network: Accel = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @abstractmethod
    def forward(self, batch: Batch) -> Tensor:
        """Return the scalar loss of a collated batch."""

    def save(self, path: Path) -> None:
        """Write the weights, whole or not at all."""
        save_checkpoint(path, self.network)

    def data_of(self, image: Tensor) -> Tensor:
        """RGB uint8 [N, H, W, 3] -> network data [N, 3, H, W]."""
        data = self.network.normalize(image.permute(0, 3, 1, 2).float())
        return data.contiguous(memory_format=torch.channels_last)


@dataclass(frozen=True)
class Task:
    """What a configuration asks for."""

    samples: Samples
    objective: Objective
