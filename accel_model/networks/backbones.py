# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The backbones: every one can be the reference network or the update branch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from torch import nn

from accel_model.networks import efficientnet
from accel_model.networks.efficientnet import EfficientNetBranch
from accel_model.networks.normalization import Normalization
from accel_model.networks.resnet import RESNET50, RESNET101, RESNET_WIDTHS, ResNet
from accel_model.networks.resnet_small import (
    RESNET18_UNITS,
    RESNET34_UNITS,
    SMALL_WIDTHS,
    SmallResNet,
)


@dataclass(frozen=True)
class Backbone:
    """
    A network from image data to features, and what the network around it has to know.

    :param build: widths -> module with an `out_channels`
    :param widths: the original widths, the default
    :param fc6: default width of its head
    :param stride: of its features, in image pixels
    :param covering: its features cover the whole image, also at sizes that are no multiple of
        the stride; the original's upsampling needs that
    :param normalization: from RGB to the data it expects
    """

    build: Callable[[tuple[int, ...]], nn.Module]
    widths: tuple[int, ...]
    fc6: int = 1024
    stride: int = 16
    covering: bool = True
    normalization: Normalization = Normalization(mean=(123.15, 115.90, 103.06))


def _efficientnet(
    name: str, deepest: int, scale: float, stride: int, widths: tuple[int, ...]
) -> Backbone:
    return Backbone(
        partial(EfficientNetBranch, name, deepest, scale, stride),
        widths,
        fc6=48,
        stride=stride,
        covering=False,
        normalization=Normalization((efficientnet.MEAN,) * 3, efficientnet.STD),
    )


BACKBONES: dict[str, Backbone] = {
    'resnet-101': Backbone(partial(ResNet, RESNET101), RESNET_WIDTHS),
    'resnet-50': Backbone(partial(ResNet, RESNET50), RESNET_WIDTHS),
    'resnet-34': Backbone(partial(SmallResNet, RESNET34_UNITS), SMALL_WIDTHS),
    'resnet-18': Backbone(partial(SmallResNet, RESNET18_UNITS), SMALL_WIDTHS),
    'efficientnet-lite2': _efficientnet('efficientnet-lite2', 32, 1.5, 2, (128, 32)),
    'efficientnet-lite0': _efficientnet('efficientnet-lite0', 16, 0.8, 4, (96, 32)),
}
