# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Updates that halve the image first, where flow network and update branch both look at half of it.

Halving and normalisation are linear and may change places: one average over two by two pixels
serves both networks, and a quarter of the pixels remains to be normalised.
"""

from __future__ import annotations

from torch import Tensor, nn

from accel_model.networks.accel import Accel
from accel_model.networks.efficientnet import EfficientNetBranch, resize
from accel_model.networks.pwcnet import PwcNet, halve
from accel_model.networks.upsampling import map_size


class HalvedUpdate(nn.Module):
    """Flow and scores of the update branch, of images that are halved once."""

    def __init__(self, network: Accel) -> None:
        super().__init__()
        self.network = network

    @staticmethod
    def suits(network: Accel, size: tuple[int, int]) -> bool:
        """Return whether both networks see just the halved image, of (H, W) = size."""
        branch = network.update_branch
        even = size[0] % 2 == 0 and size[1] % 2 == 0
        half = isinstance(branch, EfficientNetBranch) and branch.scale == 0.5
        return even and half and isinstance(network.flow, PwcNet)

    def forward(
        self, image: Tensor, previous: Tensor, cells: tuple[int, int]
    ) -> tuple[Tensor, Tensor]:
        """
        RGB images [1, 3, H, W] -> flow [1, 2, h, w] in cells, and scores [1, K, h', w'].

        :param cells: (h, w) of the state
        """
        network, branch = self.network, self.network.update_branch
        assert isinstance(network.flow, PwcNet) and isinstance(branch, EfficientNetBranch)
        assert network.update_head is not None
        half = network.normalize(halve(image))
        flow = network.flow.of_halves(half, network.normalize(halve(previous)), cells)
        height, width = map_size(image)
        features = branch.pyramid(branch.trunk(half))
        features = resize(features, (height // branch.stride, width // branch.stride))
        return flow, network.update_head(features)
