# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The two fusions, both a 1x1 convolution with the reference's half first, as training starts."""

from __future__ import annotations

from torch import nn


def score_fusion(classes: int) -> nn.Conv2d:
    """Return 2K -> K on scores: small random weights."""
    fusion = nn.Conv2d(2 * classes, classes, 1)
    nn.init.normal_(fusion.weight, std=0.01)
    nn.init.zeros_(fusion.bias)  # type: ignore[arg-type]
    return fusion


def feature_fusion(channels: int) -> nn.Conv2d:
    """Return 2C -> C on features: those of the current frame, nothing of the warped ones."""
    fusion = nn.Conv2d(2 * channels, channels, 1)
    nn.init.zeros_(fusion.weight)
    nn.init.eye_(fusion.weight.data[:, channels:, 0, 0])
    nn.init.zeros_(fusion.bias)  # type: ignore[arg-type]
    return fusion
