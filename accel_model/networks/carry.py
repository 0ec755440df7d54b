# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What is carried from frame to frame: features, and how far they can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from accel_model.networks.warp import warp


@dataclass(frozen=True)
class Carry:
    """
    How features are carried along the flow.

    Those that fade have a companion, the last channel of the state: their trust, 1 on a keyframe,
    `fade` times as much after every step, and 0 where the warp brings nothing but the outside of
    the picture. It moves as the features do, so a state says by itself how old each cell is.

    :param fade: 0 < fade < 1; None: the state is the features, as in the paper
    """

    fade: float | None = None

    def start(self, feat: Tensor) -> Tensor:
        """Features [N, C, h, w] of a keyframe -> state [N, C or C + 1, h, w]."""
        return feat if self.fade is None else torch.cat([feat, torch.ones_like(feat[:, :1])], 1)

    def step(self, state: Tensor, flow: Tensor) -> Tensor:
        """State of the frame before -> state, along flow [N, 2, h, w]."""
        state = warp(state, flow)
        if self.fade is None:
            return state
        kept = state.new_tensor([1.0] * (state.shape[1] - 1) + [self.fade])
        return state * kept[:, None, None]

    def split(self, state: Tensor) -> tuple[Tensor, Tensor | None]:
        """State -> features [N, C, h, w] and their trust [N, 1, h, w], if they fade."""
        return (state, None) if self.fade is None else (state[:, :-1], state[:, -1:])


AS_PUBLISHED = Carry()
