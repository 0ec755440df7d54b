# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What is carried from frame to frame: a keyframe's features, and how far they have come."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from accel_model.networks.warp import warp

FAR = 2.0  # cells: a step that is longer wears features no more than one that long

ROUTE, TRUST = slice(-3, -1), slice(-1, None)  # channels of a state that keeps account


@dataclass(frozen=True)
class Carry:
    """
    How features become those of the next frame.

    As in the paper, they are warped along the flow of every step. With `fade` it is the head's
    scores that are carried. They stay as they were on the keyframe, and the state keeps account of
    the way, in three more channels:

    * the route of every cell back to the keyframe, along which the scores are warped once,
      whenever they are needed: many warps would blur what is thin;
    * their trust, 1 on a keyframe, and 0 where the route leads out of the picture. What is lost on
      the way adds up like the variance of an estimate: 1 / trust grows with every step, in
      proportion to its length, by `fade` for a step of `FAR` cells or more. Where nothing moves,
      nothing is lost.

    :param fade: above 0; None: as in the paper
    """

    fade: float | None = None

    @property
    def scores(self) -> bool:
        """Whether what is carried are scores."""
        return self.fade is not None

    def start(self, feat: Tensor) -> Tensor:
        """Features or scores [N, C, h, w] of a keyframe -> state [N, C or C + 3, h, w]."""
        if self.fade is None:
            return feat
        here = torch.zeros_like(feat[:, :2])
        return torch.cat([feat, here, torch.ones_like(feat[:, :1])], 1)

    def step(self, state: Tensor, flow: Tensor) -> Tensor:
        """State of the frame before -> state, along flow [N, 2, h, w]."""
        if self.fade is None:
            return warp(state, flow)
        behind, trust = warp(state[:, -3:], flow).split([2, 1], 1)
        trust = trust / (1 + self.fade * moved(flow) * trust)
        return torch.cat([state[:, :-3], flow + behind, trust], 1)

    def look(self, state: Tensor) -> tuple[Tensor, Tensor | None]:
        """State -> what is carried, where it is now [N, C, h, w], and its trust [N, 1, h, w]."""
        if self.fade is None:
            return state, None
        return warp(state[:, :-3], state[:, ROUTE]), state[:, TRUST]


def moved(flow: Tensor) -> Tensor:
    """How far a step goes, 0 to 1 (`FAR` or more) [N, 1, h, w]; the flow learns nothing by it."""
    length = torch.linalg.vector_norm(flow.detach(), dim=1, keepdim=True)
    return (length / FAR).clamp(max=1.0)


AS_PUBLISHED = Carry()
