# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""ResNet-101 and ResNet-50 with deformable conv5, stride 16 (He et al., CVPR 2016)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from accel_model.networks.batchnorm import GlobalBatchNorm
from accel_model.networks.deform import DeformableConv, OffsetGeometry


@dataclass(frozen=True)
class ResNetLayout:
    """Which units a trunk has (names after `res`) and how its conv5 finds offsets."""

    units: tuple[tuple[str, ...], ...]
    offsets: OffsetGeometry


RESNET101 = ResNetLayout(
    units=(
        ('2a', '2b', '2c'),
        ('3a', *(f'3b{i}' for i in range(1, 4))),
        ('4a', *(f'4b{i}' for i in range(1, 23))),
        ('5a', '5b', '5c'),
    ),
    offsets=OffsetGeometry(groups=1, padding=1, dilation=1),
)
RESNET50 = ResNetLayout(
    units=(
        ('2a', '2b', '2c'),
        ('3a', '3b', '3c', '3d'),
        ('4a', '4b', '4c', '4d', '4e', '4f'),
        ('5a', '5b', '5c'),
    ),
    offsets=OffsetGeometry(groups=4, padding=2, dilation=2),
)

#: Channels of conv1, then the inner and outer ones of res2, res3, res4, res5.
RESNET_WIDTHS = (64, 64, 256, 128, 512, 256, 1024, 512, 2048)


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 and a shortcut. The stride sits on the first 1x1 and on the shortcut."""

    def __init__(
        self,
        inputs: int,
        inner: int,
        outer: int,
        stride: int,
        *,
        project: bool,
        offsets: OffsetGeometry | None,
    ) -> None:
        super().__init__()
        if project:
            self.branch1 = nn.Conv2d(inputs, outer, 1, stride, bias=False)
            self.bn_branch1 = GlobalBatchNorm(outer)
        self.project = project
        self.branch2a = nn.Conv2d(inputs, inner, 1, stride, bias=False)
        self.bn_branch2a = GlobalBatchNorm(inner)
        self.branch2b: nn.Module
        if offsets is None:
            self.branch2b = nn.Conv2d(inner, inner, 3, padding=1, bias=False)
        else:
            self.branch2b = DeformableConv(inner, inner, offsets)
        self.bn_branch2b = GlobalBatchNorm(inner)
        self.branch2c = nn.Conv2d(inner, outer, 1, bias=False)
        self.bn_branch2c = GlobalBatchNorm(outer)

    def forward(self, x: Tensor) -> Tensor:
        """[N, inputs, H, W] -> [N, outer, H / stride, W / stride]."""
        shortcut = self.bn_branch1(self.branch1(x)) if self.project else x
        x = torch.relu(self.bn_branch2a(self.branch2a(x)))
        x = torch.relu(self.bn_branch2b(self.branch2b(x)))
        return torch.relu(shortcut + self.bn_branch2c(self.branch2c(x)))


class ResNet(nn.Module):
    """
    The trunk: image data to features at stride 16.

    :param layout: `RESNET101` or `RESNET50`
    :param widths: see `RESNET_WIDTHS`
    """

    def __init__(self, layout: ResNetLayout, widths: tuple[int, ...] = RESNET_WIDTHS) -> None:
        super().__init__()
        self.unit_names = tuple(f'res{name}' for stage in layout.units for name in stage)
        self.out_channels = widths[-1]
        self.conv1 = nn.Conv2d(3, widths[0], 7, 2, padding=3, bias=False)
        self.bn_conv1 = GlobalBatchNorm(widths[0])
        inputs = widths[0]
        for stage, names in enumerate(layout.units):
            inner, outer = widths[1 + 2 * stage], widths[2 + 2 * stage]
            for index, name in enumerate(names):
                unit = Bottleneck(
                    inputs,
                    inner,
                    outer,
                    stride=2 if index == 0 and stage in (1, 2) else 1,
                    project=index == 0,
                    offsets=layout.offsets if stage == 3 else None,
                )
                self.add_module(f'res{name}', unit)
                inputs = outer

    def forward(self, data: Tensor) -> Tensor:
        """[N, 3, H, W] -> [N, C, H / 16, W / 16]."""
        x = torch.relu(self.bn_conv1(self.conv1(data)))  # stride 2
        x = F.max_pool2d(x, 3, 2, padding=0, ceil_mode=True)  # stride 4
        for name in self.unit_names:
            x = self.get_submodule(name)(x)
        return x
