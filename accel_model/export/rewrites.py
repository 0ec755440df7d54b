# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Rewrites that lower the cost of an update and leave the function as it is.

All are exact in real numbers; the products of weights are taken in float64.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from accel_model.networks.accel import Accel
from accel_model.networks.head import Head
from accel_model.networks.resnet_small import SmallResNet
from accel_model.networks.upsampling import TransposedUpsampling, map_size


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


def split_head(head: nn.Module, channels: int) -> tuple[nn.Module, nn.Module]:
    """
    Return what a head does before the warp, and what it does after it.

    fc6 and the warp are both linear, so the product with fc6's weight may come first, which
    makes the state smaller. The bias has to stay behind: beyond the map the warp reads zeros.

    :param channels: of the features
    """
    if not isinstance(head, Head) or head.fc6.out_channels > channels:
        return nn.Identity(), head
    assert head.fc6.bias is not None
    return conv1x1(head.fc6.weight), ProjectedHead(head, head.fc6.bias)


class MergedUpdate(nn.Module):
    """The small update branch with its last upsampling and fc6 as one transposed convolution."""

    def __init__(self, branch: SmallResNet, head: Head) -> None:
        super().__init__()
        self.branch = branch
        self.score = head.score
        up, fc6 = branch.feat_upsampling, head.fc6
        weight = torch.einsum('iokl,po->ipkl', up.weight.double(), fc6.weight.double().flatten(1))
        merged = nn.ConvTranspose2d(
            up.in_channels, fc6.out_channels, kernel_size=4, stride=2, padding=1
        )
        merged.weight = nn.Parameter(weight.float(), requires_grad=False)
        merged.bias = fc6.bias
        self.merged = merged

    def forward(self, data: Tensor) -> Tensor:
        """[N, 3, H, W] -> [N, K, h, w]."""
        return self.score(torch.relu(self.merged(self.branch.trunk(data))))


def update_scores(network: Accel) -> nn.Module:
    """Return the update branch with its head: network data -> scores."""
    branch, head = network.update_branch, network.update_head
    assert branch is not None and head is not None
    if isinstance(branch, SmallResNet) and isinstance(head, Head):
        return MergedUpdate(branch, head)
    return nn.Sequential(branch, head)


class ScoreFusion(nn.Module):
    """
    Score fusion that comes before a single upsampling, where that is the same function.

    With plain upsampling it always is. The original's fades towards the rim, which the fusion's
    bias does not; there all kernels have to be the same and both branches' maps of one size.
    """

    def __init__(self, network: Accel) -> None:
        super().__init__()
        self.network = network
        fusion = network.fusion
        assert isinstance(fusion, nn.Conv2d) and fusion.bias is not None
        self.plain = network.upsampling.preserves_constants
        self.may_come_first = self.plain or _same_kernels(network)
        reference, update = fusion.weight.chunk(2, 1)
        self.reference_half = conv1x1(reference, fusion.bias if self.plain else None)
        self.update_half = conv1x1(update)
        self.bias = fusion.bias

    def forward(self, reference: Tensor, update: Tensor, size: tuple[int, int]) -> Tensor:
        """[N, K, h, w] and [N, K, h', w'] -> [N, K, H, W] with (H, W) = size."""
        upsampling, cells = self.network.upsampling, map_size(reference)
        if self.plain:
            assert self.network.update_upsampling is not None
            moved = self.network.update_upsampling(self.update_half(update), cells)
            return upsampling(self.reference_half(reference) + moved, size)
        if self.may_come_first and map_size(update) == cells:
            assert isinstance(upsampling, TransposedUpsampling)
            fused = self.reference_half(reference) + self.update_half(update)
            return upsampling(fused, size, self.bias)
        return self.network.fuse(reference, update, size)


def _same_kernels(network: Accel) -> bool:
    first, second = network.upsampling, network.update_upsampling
    if not (isinstance(first, TransposedUpsampling) and isinstance(second, TransposedUpsampling)):
        return False
    if first.stride != second.stride:
        return False
    kernels = torch.cat([first.weight, second.weight])
    return bool((kernels == kernels[:1]).all())


class FeatureFusion(nn.Module):
    """
    Feature fusion and fc6 as one product, the warped half of it taken at the keyframe.

    :ivar project: features -> state
    :ivar current: features of the current frame -> what is added to the warped state
    """

    def __init__(self, fusion: nn.Module, head: nn.Module) -> None:
        super().__init__()
        assert isinstance(fusion, nn.Conv2d) and isinstance(head, Head)
        assert fusion.bias is not None and head.fc6.bias is not None
        fc6 = head.fc6.weight.double().flatten(1)
        merged = fc6 @ fusion.weight.double().flatten(1)  # [fc6, 2C], warped half first
        bias = fc6 @ fusion.bias.double() + head.fc6.bias.double()
        channels = merged.shape[1] // 2
        self.project = conv1x1(merged[:, :channels])
        self.current = conv1x1(merged[:, channels:])
        self.classify = ProjectedHead(head, bias)

    def forward(self, state: Tensor, feat: Tensor) -> Tensor:
        """Warped state and features of the current frame -> scores [N, K, h, w]."""
        return self.classify(state + self.current(feat))
