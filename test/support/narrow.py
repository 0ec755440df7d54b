# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Networks with every layer of the original, but only a few channels each."""

from __future__ import annotations

import torch
from torch import nn

from accel_model.networks.accel import Accel
from accel_model.networks.description import Widths
from accel_model.networks.flownet import FlowWidths
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
    'efficientnet-lite0-half': PYRAMID,
}


def narrow_widths(variant: str) -> Widths:
    """Return widths that differ from layer to layer where they may."""
    described = find(variant)
    update = TRUNKS[described.update] if described.update else ()
    flow = {'flownet-s': FLOW, 'pwc-net': PWC}[described.flow]
    return Widths(TRUNKS[described.reference], update, 12, 10, flow)


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
    return network.eval().requires_grad_(False)
