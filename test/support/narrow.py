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
FLOW = FlowWidths((4, 4, 6, 6, 8, 8, 8, 8, 8, 8), (8, 6, 4, 4))


def narrow_widths(variant: str) -> Widths:
    """Return widths that differ from layer to layer where they may."""

    def trunk(backbone: str | None) -> tuple[int, ...]:
        if backbone is None:
            return ()
        return RESNET if backbone in ('resnet-101', 'resnet-50') else SMALL

    described = find(variant)
    return Widths(trunk(described.reference), trunk(described.update), 12, 10, FLOW)


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
