# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Feature pyramid decoder: brings a backbone's levels together at its finest stride."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn


def conv_bn(inputs: int, outputs: int) -> nn.Sequential:
    """1x1 convolution and batch normalisation, no activation."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))


def separable_conv(channels: int) -> nn.Sequential:
    """3x3 depthwise, then 1x1 convolution, each with batch normalisation and ReLU."""
    return nn.Sequential(
        nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU(inplace=True),
        nn.Conv2d(channels, channels, 1, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU(inplace=True),
    )


class FeaturePyramid(nn.Module):
    """Top-down pathway with lateral connections (Lin et al., CVPR 2017), separable for speed.

    The finest level, where most of the cells are, is as narrow as the features that come out.

    :param levels: channels of the backbone's levels, finest first.
    :param width: channels inside the pyramid.
    :param channels: channels of the features that come out, at the finest level's stride.
    """

    def __init__(self, levels: Sequence[int], width: int, channels: int) -> None:
        super().__init__()
        widths = [channels] + [width] * (len(levels) - 1)
        self.lateral = nn.ModuleList(map(conv_bn, levels, widths))
        self.smooth = nn.ModuleList(map(separable_conv, widths))
        self.narrow = conv_bn(width, channels)

    def forward(self, levels: Sequence[Tensor]) -> Tensor:
        """Levels [N, C_i, H_i, W_i], finest first -> features [N, channels, H_0, W_0]."""
        top = self.smooth[-1](self.lateral[-1](levels[-1]))
        for index in range(len(levels) - 2, -1, -1):
            lateral = self.lateral[index](levels[index])
            if index == 0:
                top = self.narrow(top)
            size = lateral.shape[-2:]
            carried = F.interpolate(top, size=size, mode='bilinear', align_corners=False)
            top = self.smooth[index](lateral + carried)
        return top
