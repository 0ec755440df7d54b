# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What an update makes of its two images, before the state is touched."""

from __future__ import annotations

from torch import Tensor, nn

from accel_model.export.rewrites import update_scores
from accel_model.networks.accel import Accel
from accel_model.networks.pwcnet import PwcNet, halve


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


class HalvedSight(Sight):
    """
    The same where the flow network looks at half the image, and H and W are even.

    Halving and normalisation are linear and may change places: a quarter of the pixels remains
    to be normalised for the flow.
    """

    def forward(
        self, image: Tensor, previous: Tensor, cells: tuple[int, int]
    ) -> tuple[Tensor, Tensor | None]:
        """See `Sight.forward`."""
        assert isinstance(self.flow, PwcNet)
        half, before = self.normalize(halve(image)), self.normalize(halve(previous))
        flow = self.flow.of_halves(half, before, cells)
        return flow, None if self.current is None else self.current(self.normalize(image))


def sight(network: Accel, size: tuple[int, int]) -> Sight:
    """Return the cheaper one that does for images of (H, W) = size."""
    even = size[0] % 2 == 0 and size[1] % 2 == 0
    return HalvedSight(network) if even and isinstance(network.flow, PwcNet) else Sight(network)
