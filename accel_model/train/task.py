# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What the training loop needs to know of a task."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from torch import Tensor, nn


class Task(Protocol):
    """A network, a source of samples and a loss.

    :ivar module: what is trained; its state is averaged and checkpointed.
    """

    module: nn.Module

    def sample(self, rng: np.random.Generator) -> Any:
        """Draw one training sample; samples are collated by torch's default rule."""

    def loss(self, batch: Any) -> Tensor:
        """Scalar loss of a collated batch; called in training mode."""

    def save(self, module: nn.Module, path: Path) -> None:
        """Write the averaged weights in the form that the next stage reads."""
