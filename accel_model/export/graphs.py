# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The three graphs of a bundle: bytes in, bytes out, normalisation and arg-max inside."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from accel_model.export.form import OnboardForm, Update


def read_image(image: Tensor) -> Tensor:
    """Image u8 [1, H, W, 3], RGB -> f32 [1, 3, H, W], 0..255."""
    return image.float().permute(0, 3, 1, 2)  # in this order: engines do not transpose bytes


def read_scores(scores: Tensor) -> tuple[Tensor, Tensor]:
    """
    Scores [1, K, H, W] -> labels u8 [1, H, W] and confidence u8 [1, H, W].

    The confidence is the softmax probability of the label, 255 = 1.
    """
    best = scores.argmax(1, keepdim=True)
    highest = scores.gather(1, best)  # half the time of a maximum
    probability = 1.0 / torch.exp(scores - highest).sum(1)
    # Older engines only turn float16 into bytes; it holds 0..255 exactly.
    labels = best[:, 0].to(torch.float16).to(torch.uint8)
    confidence = torch.round(probability * 255.0).to(torch.float16).to(torch.uint8)
    return labels, confidence


class KeyframeGraph(nn.Module):
    """image -> labels, confidence, and the state if the variant carries one."""

    def __init__(self, form: OnboardForm) -> None:
        super().__init__()
        self.keyframe = form.keyframe
        self.carries = form.update is not None

    def forward(self, image: Tensor) -> Sequence[Tensor]:
        """Run a keyframe."""
        scores, state = self.keyframe(read_image(image))
        answer = read_scores(scores)
        return (*answer, state) if self.carries else answer


class UpdateGraph(nn.Module):
    """image, previous, state -> labels, confidence, state_out, flow, and drift if there is one."""

    def __init__(self, update: Update) -> None:
        super().__init__()
        self.update = update

    def forward(self, image: Tensor, previous: Tensor, state: Tensor) -> Sequence[Tensor]:
        """Run an update."""
        step = self.update(read_image(image), read_image(previous), state)
        outputs = (*read_scores(step.scores), step.state, step.flow)
        return outputs if step.drift is None else (*outputs, step.drift)
