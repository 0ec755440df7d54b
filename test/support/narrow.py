# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Networks of few channels: with every layer of the original, or of few layers too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from unittest import mock

import torch
from torch import nn

from accel_model.networks.accel import Accel
from accel_model.networks.backbones import BACKBONES
from accel_model.networks.description import Widths
from accel_model.networks.efficientnet import EfficientNetBranch
from accel_model.networks.flownet import FlowWidths
from accel_model.networks.resnet import RESNET50, RESNET101, ResNet
from accel_model.networks.resnet_small import SmallResNet
from accel_model.networks.variants import build, find

RESNET = (4, 4, 8, 4, 8, 4, 8, 8, 16)
SMALL = (4, 4, 4, 8, 8, 16)
PYRAMID = (8, 6)  # the trunks of EfficientNet-Lite have the widths they have
FLOW = FlowWidths((4, 4, 6, 6, 8, 8, 8, 8, 8, 8), (8, 6, 4, 4))
PWC = FlowWidths((4, 6, 8, 8, 8), (8, 6, 4))

TRUNKS = {
    'resnet-101': RESNET,
    'resnet-50': RESNET,
    'resnet-34': SMALL,
    'resnet-18': SMALL,
    'efficientnet-lite2': PYRAMID,
    'efficientnet-lite0': PYRAMID,
}


#: One or two units a stage: all kinds of layers, in a fraction of an exporter's time.
SHALLOW: dict[str, Callable[[tuple[int, ...]], nn.Module]] = {
    'resnet-101': partial(
        ResNet, replace(RESNET101, units=(('2a',), ('3a', '3b1'), ('4a',), ('5a', '5b')))
    ),
    'resnet-50': partial(
        ResNet, replace(RESNET50, units=(('2a',), ('3a', '3b'), ('4a',), ('5a', '5b')))
    ),
    'resnet-34': partial(SmallResNet, (1, 1, 2, 2)),
    'resnet-18': partial(SmallResNet, (1, 1, 1, 2)),
    'efficientnet-lite2': partial(EfficientNetBranch, 'efficientnet-lite0', 16, 1.5, 2),
}


def narrow_widths(variant: str) -> Widths:
    """Return widths that differ from layer to layer where they may."""
    described = find(variant)
    update = TRUNKS[described.update] if described.update else ()
    flow = {'flownet-s': FLOW, 'pwc-net': PWC}[described.flow]
    return Widths(TRUNKS[described.reference], update, 12, 10, flow)


def shallow_network(variant: str, num_classes: int = 19, seed: int = 0) -> Accel:
    """Return a narrow network with few units a stage, for tests that take long over each."""
    shallow = {name: replace(BACKBONES[name], build=made) for name, made in SHALLOW.items()}
    with mock.patch.dict(BACKBONES, shallow):
        return narrow_network(variant, num_classes, seed)


def narrow_network(variant: str, num_classes: int = 19, seed: int = 0) -> Accel:
    """Return a network in evaluation mode, its weights and moving statistics random."""
    torch.manual_seed(seed)
    network = build(find(variant), narrow_widths(variant), num_classes)
    for name, module in network.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, std=0.1)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
        if name.endswith('branch2b.offset'):
            nn.init.normal_(module.weight, std=0.3)
    if network.fusion is not None:  # as published, that of features ignores the warped half
        nn.init.normal_(network.fusion.weight, std=0.3)
    return network.eval().requires_grad_(False)
