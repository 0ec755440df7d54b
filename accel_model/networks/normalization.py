# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""From RGB images to network data, as every backbone expects them."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn


@dataclass(frozen=True)
class Normalization:
    """Network data = (RGB 0..255 - mean) / std; a mean per channel, one std for all."""

    mean: tuple[float, float, float]
    std: float = 1.0

    def __call__(self, image: Tensor) -> Tensor:
        """RGB image [N, 3, H, W], float 0..255 -> network data."""
        return (image - _planes(image, self.mean)) / self.std


class Renormalized(nn.Module):
    """
    A backbone inside a network whose data are normalised for another one.

    :param given: how the network's data are normalised
    :param own: how the backbone expects them
    """

    def __init__(self, backbone: nn.Module, given: Normalization, own: Normalization) -> None:
        super().__init__()
        self.backbone = backbone
        self.out_channels = backbone.out_channels
        self.scale = given.std / own.std
        self.shift = tuple((a - b) / own.std for a, b in zip(given.mean, own.mean))

    def forward(self, data: Tensor) -> Tensor:
        """Data [N, 3, H, W] of the network -> the backbone's features [N, C, h, w]."""
        return self.backbone(data * self.scale + _planes(data, self.shift))


def _planes(image: Tensor, values: tuple[float, ...]) -> Tensor:
    return image.new_tensor(values)[:, None, None]
