# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The segmentation head: features to class scores at the same stride."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Head(nn.Module):
    """fc6 (1x1), ReLU, score (1x1), as in DeepLab."""

    def __init__(self, inputs: int, width: int, classes: int) -> None:
        super().__init__()
        self.fc6 = nn.Conv2d(inputs, width, 1)
        self.score = nn.Conv2d(width, classes, 1)

    def forward(self, feat: Tensor) -> Tensor:
        """[N, C, h, w] -> [N, K, h, w]."""
        return self.score(torch.relu(self.fc6(feat)))
