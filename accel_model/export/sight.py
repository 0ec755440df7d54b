# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What an update makes of its two images, before the state is touched."""

from __future__ import annotations

from torch import Tensor, nn

from accel_model.export.rewrites import update_scores
from accel_model.networks.accel import Accel
from accel_model.networks.efficientnet import EfficientNetBranch, resize
from accel_model.networks.pwcnet import PwcNet, halve
from accel_model.networks.upsampling import map_size


class Sight(nn.Module):
    """Flow, and what the current frame alone says: scores, features, or in DFF nothing."""

    def __init__(self, network: Accel) -> None:
        super().__init__()
        self.normalize = network.normalization
        self.flow = network.flow
        self.current: nn.Module | None = None
        if network.fusion_kind == 'score':
            self.current = update_scores(network)
        elif network.fusion_kind == 'feature':
            self.current = network.reference

    def forward(
        self, image: Tensor, previous: Tensor, cells: tuple[int, int]
    ) -> tuple[Tensor, Tensor | None]:
        """
        RGB images [1, 3, H, W] -> flow [1, 2, h, w] in cells; scores [1, K, h', w'] or features.

        :param cells: (h, w) of the state
        """
        assert self.flow is not None
        data = self.normalize(image)
        flow = self.flow(data, self.normalize(previous), cells)
        return flow, None if self.current is None else self.current(data)


class HalvedSight(nn.Module):
    """
    The same where flow network and update branch both look at half the image.

    Halving and normalisation are linear and may change places: one average over two by two
    pixels serves both networks, and a quarter of the pixels remains to be normalised.
    """

    def __init__(self, network: Accel) -> None:
        super().__init__()
        flow, branch = network.flow, network.update_branch
        assert isinstance(flow, PwcNet) and isinstance(branch, EfficientNetBranch)
        assert network.update_head is not None
        self.normalize = network.normalization
        self.flow = flow
        self.trunk, self.pyramid, self.stride = branch.trunk, branch.pyramid, branch.stride
        self.head = network.update_head

    def forward(
        self, image: Tensor, previous: Tensor, cells: tuple[int, int]
    ) -> tuple[Tensor, Tensor]:
        """See `Sight.forward`; H and W are even."""
        half, before = self.normalize(halve(image)), self.normalize(halve(previous))
        height, width = map_size(image)
        features = self.pyramid(self.trunk(half))
        features = resize(features, (height // self.stride, width // self.stride))
        return self.flow.of_halves(half, before, cells), self.head(features)


def sight(network: Accel, size: tuple[int, int]) -> Sight | HalvedSight:
    """Return the cheaper one that does for images of (H, W) = size."""
    branch = network.update_branch
    even = size[0] % 2 == 0 and size[1] % 2 == 0
    half = isinstance(branch, EfficientNetBranch) and branch.scale == 0.5
    halved = even and half and isinstance(network.flow, PwcNet)
    return HalvedSight(network) if halved else Sight(network)
