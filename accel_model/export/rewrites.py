# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Rewrites that lower the cost of an update and leave the function as it is.

All are exact in real numbers; the products of weights are taken in float64.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from accel_model.export.upsampling import PhasedUpsampling
from accel_model.networks.accel import Accel
from accel_model.networks.head import Head
from accel_model.networks.resnet_small import SmallResNet


def conv1x1(weight: Tensor, bias: Tensor | None = None) -> nn.Conv2d:
    """Return the 1x1 convolution with a weight [C', C] or [C', C, 1, 1]."""
    weight = weight.reshape(weight.shape[0], weight.shape[1], 1, 1).float()
    conv = nn.Conv2d(weight.shape[1], weight.shape[0], 1, bias=bias is not None)
    conv.weight = nn.Parameter(weight, requires_grad=False)
    if bias is not None:
        conv.bias = nn.Parameter(bias.float(), requires_grad=False)
    return conv


class ProjectedHead(nn.Module):
    """A head whose fc6 product was taken before: bias, ReLU, score."""

    def __init__(self, head: Head, bias: Tensor) -> None:
        super().__init__()
        self.bias = nn.Parameter(bias.float(), requires_grad=False)
        self.score = head.score

    def forward(self, projected: Tensor) -> Tensor:
        """[N, fc6, h, w] -> [N, K, h, w]."""
        return self.score(torch.relu(projected + self.bias[:, None, None]))


def split_head(network: Accel) -> tuple[nn.Module, nn.Module]:
    """
    Return what the head does before the warp, and what it does after it.

    fc6 and the warp are both linear, so the product with fc6's weight may come first, which
    makes the state smaller. The bias has to stay behind: beyond the map the warp reads zeros.
    Where scores are carried, all of the head comes first.
    """
    head, channels = network.head, network.reference.out_channels
    assert isinstance(channels, int)
    if network.carry.scores:
        return head, nn.Identity()
    if not isinstance(head, Head) or head.fc6.out_channels > channels:
        return nn.Identity(), head
    assert head.fc6.bias is not None
    return conv1x1(head.fc6.weight), ProjectedHead(head, head.fc6.bias)


class MergedUpdate(nn.Module):
    """The small update branch with its last upsampling and fc6 as one transposed convolution."""

    def __init__(self, branch: SmallResNet, head: Head) -> None:
        super().__init__()
        self.branch = branch
        up, fc6 = branch.feat_upsampling, head.fc6
        assert fc6.bias is not None
        weight = torch.einsum('iokl,po->ipkl', up.weight.double(), fc6.weight.double().flatten(1))
        self.merged = PhasedUpsampling(weight, fc6.bias, head.score)

    def forward(self, data: Tensor) -> Tensor:
        """[N, 3, H, W] -> [N, K, h, w]."""
        return self.merged(self.branch.trunk(data))


def update_scores(network: Accel) -> nn.Module:
    """Return the update branch with its head: network data -> scores."""
    branch, head = network.update_branch, network.update_head
    assert branch is not None and head is not None
    if isinstance(branch, SmallResNet) and isinstance(head, Head):
        return MergedUpdate(branch, head)
    return nn.Sequential(branch, head)
