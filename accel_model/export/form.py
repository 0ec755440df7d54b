# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The onboard form of a network: the same function, rewritten so that updates cost less."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from accel_model.export.rewrites import FeatureFusion, ScoreFusion, split_head, update_scores
from accel_model.networks.accel import Accel
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

    :param network: the network as in the paper
    """

    def __init__(self, network: Accel) -> None:
        super().__init__()
        self.network = network
        channels = network.reference.out_channels
        assert isinstance(channels, int)
        self.project, self.classify = split_head(network.head, channels)
        self.update_scores = update_scores(network) if network.fusion_kind == 'score' else None
        self.score_fusion = ScoreFusion(network) if network.fusion_kind == 'score' else None
        self.feature_fusion = None
        if network.fusion_kind == 'feature':
            assert network.fusion is not None
            self.feature_fusion = FeatureFusion(network.fusion, network.head)

    def keyframe(self, data: Tensor) -> tuple[Tensor, Tensor]:
        """Network data -> scores [1, K, H, W] and state [1, C, h, w]."""
        feat = self.network.reference(data)
        projected = self.project(feat)
        scores = self.network.upsampling(self.classify(projected), _size(data))
        if self.feature_fusion is not None:
            return scores, self.feature_fusion.project(feat)
        return scores, projected

    def update(self, data: Tensor, previous: Tensor, state: Tensor) -> Step:
        """Network data of this frame and the one before, state of the one before -> a step."""
        assert self.network.flow is not None
        flow = self.network.flow(data, previous, _size(state))
        state = warp(state, flow)
        if self.feature_fusion is not None:
            fused = self.feature_fusion(state, self.network.reference(data))
            return Step(self.network.upsampling(fused, _size(data)), state, flow, None)
        reference = self.classify(state)
        if self.score_fusion is None or self.update_scores is None:
            return Step(self.network.upsampling(reference, _size(data)), state, flow, None)
        update = self.update_scores(data)
        scores = self.score_fusion(reference, update, _size(data))
        return Step(scores, state, flow, self._drift(reference, update, _size(data)))

    def _drift(self, reference: Tensor, update: Tensor, size: tuple[int, int]) -> Tensor:
        """Share [1] of the cells where the branches disagree; of the pixels if maps differ."""
        if _size(reference) != _size(update):
            assert self.network.update_upsampling is not None
            reference = self.network.upsampling(reference, size)
            update = self.network.update_upsampling(update, size)
        agree = reference.argmax(1) == update.argmax(1)
        return 1.0 - agree.float().mean((1, 2))


def _size(x: Tensor) -> tuple[int, int]:
    return x.shape[-2], x.shape[-1]
