# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The onboard form of a network: the same function, rewritten so that updates cost less."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from accel_model.export.halved import HalvedUpdate
from accel_model.export.rewrites import FeatureFusion, ScoreFusion, split_head, update_scores
from accel_model.networks.accel import Accel
from accel_model.networks.upsampling import map_size
from accel_model.networks.warp import warp


class Step(NamedTuple):
    """What an update gives."""

    scores: Tensor  # [1, K, H, W]
    state: Tensor  # [1, C, h, w]
    flow: Tensor  # [1, 2, h, w]
    drift: Tensor | None  # [1]; None: the variant has no second opinion


class OnboardForm(nn.Module):
    """
    Keyframes and updates on a state that is what the updates need of the features, no more.

    Images are RGB [1, 3, H, W], float 0..255.

    :param network: the network as in the paper
    """

    def __init__(self, network: Accel) -> None:
        super().__init__()
        self.network = network
        channels = network.reference.out_channels
        assert isinstance(channels, int)
        self.project, self.classify = split_head(network.head, channels)
        self.current: nn.Module | None = None  # what is made of the current frame alone
        self.score_fusion = self.feature_fusion = None
        if network.fusion_kind == 'score':
            self.current = update_scores(network)
            self.score_fusion = ScoreFusion(network)
        elif network.fusion_kind == 'feature':
            assert network.fusion is not None
            self.current = network.reference
            self.feature_fusion = FeatureFusion(network.fusion, network.head)
        self.halved = HalvedUpdate(network)

    def keyframe(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Image -> scores [1, K, H, W] and state [1, C, h, w]."""
        feat = self.network.reference(self.network.normalize(image))
        projected = self.project(feat)
        scores = self.network.upsampling(self.classify(projected), map_size(image))
        if self.feature_fusion is not None:
            return scores, self.feature_fusion.project(feat)
        return scores, projected

    def update(self, image: Tensor, previous: Tensor, state: Tensor) -> Step:
        """Image of this frame and of the one before, state of the one before -> a step."""
        size = map_size(image)
        flow, current = self._see(image, previous, map_size(state))
        state = warp(state, flow)
        if self.feature_fusion is not None:
            fused = self.feature_fusion(state, current)
            return Step(self.network.upsampling(fused, size), state, flow, None)
        reference = self.classify(state)
        if self.score_fusion is None or current is None:
            return Step(self.network.upsampling(reference, size), state, flow, None)
        scores = self.score_fusion(reference, current, size)
        return Step(scores, state, flow, self._drift(reference, current, size))

    def _see(
        self, image: Tensor, previous: Tensor, cells: tuple[int, int]
    ) -> tuple[Tensor, Tensor | None]:
        """Return the flow and what is made of the current frame alone."""
        if HalvedUpdate.suits(self.network, map_size(image)):
            return self.halved(image, previous, cells)
        assert self.network.flow is not None
        data = self.network.normalize(image)
        flow = self.network.flow(data, self.network.normalize(previous), cells)
        return flow, None if self.current is None else self.current(data)

    def _drift(self, reference: Tensor, update: Tensor, size: tuple[int, int]) -> Tensor:
        """Share [1] of the cells where the branches disagree."""
        if map_size(reference) != map_size(update):
            reference, update = self.network.on_one_grid(reference, update, size)
        agree = reference.argmax(1) == update.argmax(1)
        return 1.0 - agree.float().mean((1, 2))
