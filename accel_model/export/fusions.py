# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The two fusions at less cost, the function the same."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from accel_model.export.rewrites import ProjectedHead, conv1x1
from accel_model.export.upsampling import as_interpolation
from accel_model.networks.accel import Accel
from accel_model.networks.head import Head
from accel_model.networks.upsampling import TransposedUpsampling, map_size


class ScoreFusion(nn.Module):
    """
    Score fusion that comes before a single upsampling, where that is the same function.

    With plain upsampling it always is. The original's fades towards the rim, which the fusion's
    bias does not; there all kernels have to be the same and both branches' maps of one size.
    """

    def __init__(self, network: Accel) -> None:
        super().__init__()
        fusion = network.fusion
        assert isinstance(fusion, nn.Conv2d) and fusion.bias is not None
        assert network.update_upsampling is not None
        self.upsampling = as_interpolation(network.upsampling)
        self.update_upsampling = as_interpolation(network.update_upsampling)
        self.plain = network.upsampling.preserves_constants
        self.may_come_first = self.plain or _same_kernels(network)
        self.fusion, self.bias = fusion, fusion.bias
        reference, update = fusion.weight.chunk(2, 1)
        self.reference_half = conv1x1(reference, fusion.bias if self.plain else None)
        self.update_half = conv1x1(update)

    def forward(self, reference: Tensor, update: Tensor, size: tuple[int, int]) -> Tensor:
        """[N, K, h, w] and [N, K, h', w'] -> [N, K, H, W] with (H, W) = size."""
        if self.plain:
            moved = self.update_upsampling(self.update_half(update), map_size(reference))
            return self.upsampling(self.reference_half(reference) + moved, size)
        if self.may_come_first and map_size(reference) == map_size(update):
            fused = self.reference_half(reference) + self.update_half(update)
            return self.upsampling(fused, size, self.bias)
        return self.fusion(torch.cat(self._on_one_grid(reference, update, size), 1))

    def drift(self, reference: Tensor, update: Tensor, size: tuple[int, int]) -> Tensor:
        """Share [1] of the cells where the branches disagree."""
        if map_size(reference) != map_size(update):
            reference, update = self._on_one_grid(reference, update, size)
        agree = reference.argmax(1) == update.argmax(1)
        return 1.0 - agree.float().mean((1, 2))

    def _on_one_grid(
        self, reference: Tensor, update: Tensor, size: tuple[int, int]
    ) -> tuple[Tensor, Tensor]:
        """Both on the grid where `Accel.fuse` fuses: the reference's, or the image's."""
        if self.plain:
            return reference, self.update_upsampling(update, map_size(reference))
        return self.upsampling(reference, size), self.update_upsampling(update, size)


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

    def __init__(self, network: Accel) -> None:
        super().__init__()
        fusion, head = network.fusion, network.head
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
