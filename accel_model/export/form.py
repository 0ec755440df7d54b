# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
The onboard form of a network: the same function, rewritten so that updates cost less.

Images are RGB [1, 3, H, W], float 0..255. Keyframes and updates are modules of their own, each
with the parts that it needs: what an exporter has to trace is what it takes its time for.
"""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from accel_model.export.fusions import FeatureFusion, ScoreFusion
from accel_model.export.rewrites import split_head
from accel_model.export.sight import sight
from accel_model.export.upsampling import as_interpolation
from accel_model.networks.accel import Accel
from accel_model.networks.upsampling import map_size


class Step(NamedTuple):
    """What an update gives."""

    scores: Tensor  # [1, K, H, W]
    state: Tensor  # [1, C, h, w]
    flow: Tensor  # [1, 2, h, w]
    drift: Tensor | None  # [1]; None: the variant has no second opinion


class OnboardForm:
    """
    Keyframes and updates on a state that is what the updates need of the features, no more.

    :param network: the network as in the paper
    :param size: (H, W) of the images
    :ivar keyframe: image -> scores [1, K, H, W] and state [1, C, h, w]
    :ivar update: image, the one before, its state -> `Step`; None: frame by frame
    """

    def __init__(self, network: Accel, size: tuple[int, int]) -> None:
        self.keyframe = Keyframe(network).eval()
        self.update = None if network.flow is None else Update(network, size).eval()


class Keyframe(nn.Module):
    """The reference network, and the state that the updates start from."""

    def __init__(self, network: Accel) -> None:
        super().__init__()
        self.normalize = network.normalization
        self.reference = network.reference
        self.project, self.classify = split_head(network)
        self.upsampling = as_interpolation(network.upsampling)
        self.premix = None if network.fusion_kind != 'feature' else FeatureFusion(network).project
        self.carry = network.carry

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Image -> scores [1, K, H, W] and state [1, C, h, w]."""
        feat = self.reference(self.normalize(image))
        projected = self.project(feat)
        scores = self.upsampling(self.classify(projected), map_size(image))
        return scores, self.carry.start(projected if self.premix is None else self.premix(feat))


class Update(nn.Module):
    """One step on the state."""

    def __init__(self, network: Accel, size: tuple[int, int]) -> None:
        super().__init__()
        self.see = sight(network, size)
        self.carry = network.carry
        _, self.classify = split_head(network)
        self.upsampling = as_interpolation(network.upsampling)
        feature, score = network.fusion_kind == 'feature', network.fusion_kind == 'score'
        self.feature_fusion = FeatureFusion(network) if feature else None
        self.score_fusion = ScoreFusion(network) if score else None

    def forward(self, image: Tensor, previous: Tensor, state: Tensor) -> Step:
        """Image of this frame and of the one before, state of the one before -> a step."""
        size = map_size(image)
        flow, current = self.see(image, previous, map_size(state))
        state = self.carry.step(state, flow)
        carried, trust = self.carry.look(state)
        if self.feature_fusion is not None:
            fused = self.feature_fusion(carried, current)
            return Step(self.upsampling(fused, size), state, flow, None)
        reference = self.classify(carried)
        if self.score_fusion is None:
            return Step(self.upsampling(reference, size), state, flow, None)
        scores = self.score_fusion(reference, current, size, trust)
        return Step(scores, state, flow, self.score_fusion.drift(reference, current, size))
