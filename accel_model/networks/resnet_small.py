# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
The update branch's ResNet-18 and ResNet-34: a hybrid of two styles, then x2.

Stages 1 to 3 are pre-activation (He et al., ECCV 2016), conv5 is post-activation with
deformable 3x3 layers; the trunk reaches stride 32 and `feat_upsampling` brings it to 16.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from accel_model.networks.batchnorm import BatchNorm, FixedGammaBatchNorm, GlobalBatchNorm
from accel_model.networks.deform import DeformableConv, OffsetGeometry

#: Units of stage 1, 2, 3 and of conv5.
RESNET18_UNITS = (2, 2, 2, 2)
RESNET34_UNITS = (3, 4, 6, 3)

#: Channels of conv0, stage 1, 2, 3, conv5 and of the upsampled features.
SMALL_WIDTHS = (64, 64, 128, 256, 512, 2048)

_STAGE_EPS = 2e-5
_OFFSETS = OffsetGeometry(groups=4, padding=2, dilation=2)


def _conv3x3(inputs: int, outputs: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)


class PreActivationUnit(nn.Module):
    """BN, ReLU, 3x3, BN, ReLU, 3x3, added raw to the shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int, *, project: bool) -> None:
        super().__init__()
        self.project = project
        self.bn1 = BatchNorm(inputs, _STAGE_EPS)
        self.conv1 = _conv3x3(inputs, outputs, stride)
        self.bn2 = BatchNorm(outputs, _STAGE_EPS)
        self.conv2 = _conv3x3(outputs, outputs)
        if project:
            self.sc = nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """[N, inputs, H, W] -> [N, outputs, H / stride, W / stride]."""
        active = torch.relu(self.bn1(x))
        shortcut = self.sc(active) if self.project else x
        return self.conv2(torch.relu(self.bn2(self.conv1(active)))) + shortcut


class Conv5Unit(nn.Module):
    """3x3, deformable 3x3, shortcut, each with BN; ReLU after the sum."""

    def __init__(self, inputs: int, outputs: int, stride: int, *, project: bool) -> None:
        super().__init__()
        self.project = project
        if project:
            self.branch1 = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.bn_branch1 = GlobalBatchNorm(outputs)
        self.branch2a = _conv3x3(inputs, outputs, stride)
        self.bn_branch2a = GlobalBatchNorm(outputs)
        self.branch2b = DeformableConv(outputs, outputs, _OFFSETS)
        self.bn_branch2b = GlobalBatchNorm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """[N, inputs, H, W] -> [N, outputs, H / stride, W / stride]."""
        shortcut = self.bn_branch1(self.branch1(x)) if self.project else x
        x = torch.relu(self.bn_branch2a(self.branch2a(x)))
        return torch.relu(shortcut + self.bn_branch2b(self.branch2b(x)))


class SmallResNet(nn.Module):
    """
    The trunk: image data to features at stride 16.

    :param units: `RESNET18_UNITS` or `RESNET34_UNITS`
    :param widths: see `SMALL_WIDTHS`
    """

    def __init__(self, units: tuple[int, ...], widths: tuple[int, ...] = SMALL_WIDTHS) -> None:
        super().__init__()
        self.out_channels = widths[-1]
        self.bn_data = FixedGammaBatchNorm(3, _STAGE_EPS)
        self.conv0 = nn.Conv2d(3, widths[0], 7, 2, padding=3, bias=False)
        self.bn0 = BatchNorm(widths[0], _STAGE_EPS)
        names = []
        inputs = widths[0]
        for stage in (1, 2, 3):
            for unit in range(1, units[stage - 1] + 1):
                first = unit == 1
                names.append(f'stage{stage}_unit{unit}')
                stride = 2 if first and stage > 1 else 1
                block = PreActivationUnit(inputs, widths[stage], stride, project=first)
                self.add_module(names[-1], block)
                inputs = widths[stage]
        for letter in 'abc'[: units[3]]:
            first = letter == 'a'
            names.append(f'res5{letter}')
            conv5 = Conv5Unit(inputs, widths[4], 2 if first else 1, project=first)
            self.add_module(names[-1], conv5)
            inputs = widths[4]
        self.unit_names = tuple(names)
        self.feat_upsampling = nn.ConvTranspose2d(
            widths[4], widths[5], kernel_size=4, stride=2, padding=1, bias=False
        )

    def forward(self, data: Tensor) -> Tensor:
        """[N, 3, H, W] -> [N, C, H / 16, W / 16] (rounded up to an even size)."""
        return self.feat_upsampling(self.trunk(data))

    def trunk(self, data: Tensor) -> Tensor:
        """[N, 3, H, W] -> [N, C5, H / 32, W / 32]."""
        x = torch.relu(self.bn0(self.conv0(self.bn_data(data))))  # stride 2
        x = F.max_pool2d(x, 3, 2, padding=1)  # stride 4
        for name in self.unit_names:
            x = self.get_submodule(name)(x)
        return x
