# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Accel (Jain, Wang, Gonzalez, CVPR 2019): segmentation of video with two branches.

On a keyframe the reference network computes features and scores. On every other frame those
features are warped along the flow and scored again, the light update branch scores the new
frame from scratch, and the fusion corrects the one with the other. Only the warped features
are carried on; the fused result never is. Beyond the paper, `carry` may have the scores carried
in their place, and keep account of the way that they have come and how far they can be trusted;
then each branch counts for as much as that leaves it.

Deep Feature Flow (DFF) is the same without update branch and fusion; a network without flow
segments frame by frame.

Shapes: H, W image; h, w state (stride 16 in the original); K classes; C features.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from accel_model.networks.carry import AS_PUBLISHED, Carry
from accel_model.networks.description import Description
from accel_model.networks.flownet import FlowNet
from accel_model.networks.normalization import Normalization
from accel_model.networks.pwcnet import PwcNet
from accel_model.networks.upsampling import (
    BilinearUpsampling,
    TransposedUpsampling,
    map_size,
)
from accel_ros.errors import AccelError

Upsampling = TransposedUpsampling | BilinearUpsampling


class SizeError(AccelError, ValueError):
    """Images of a size that a network cannot process."""


class Update(NamedTuple):
    """What an update step gives; the branch scores are None where a variant has no such thing."""

    scores: Tensor  # [N, K, H, W]
    state: Tensor  # [N, C, h, w], for the next step
    flow: Tensor  # [N, 2, h, w], x and y in cells of the state
    reference_scores: Tensor | None  # [N, K, h, w], carried, or of the warped features
    update_scores: Tensor | None  # [N, K, h', w'], of the update branch


class Accel(nn.Module):
    """
    The network of one variant; `variants.build` puts it together.

    :param description: what `variants.build` built it from
    :param normalization: from RGB to network data
    :param reference: image data -> features
    :param head: features -> scores
    :param upsampling: scores, image size -> scores at that size
    :param flow: current data, previous data, state size -> flow; None: frame by frame
    :param update_branch: image data -> features; None in DFF and, because it is the reference
        network itself, with feature fusion
    :param update_head: the update branch's head
    :param update_upsampling: the update branch's upsampling
    :param fusion: 2K -> K on scores ('score'), or 2C -> C on features ('feature'); the
        reference's half comes first
    :param fusion_kind: 'score', 'feature' or None
    :param carry: how features, or scores, become those of the next frame
    """

    def __init__(
        self,
        *,
        description: Description,
        normalization: Normalization,
        reference: nn.Module,
        head: nn.Module,
        upsampling: Upsampling,
        flow: FlowNet | PwcNet | None = None,
        update_branch: nn.Module | None = None,
        update_head: nn.Module | None = None,
        update_upsampling: Upsampling | None = None,
        fusion: nn.Module | None = None,
        fusion_kind: str | None = None,
        carry: Carry = AS_PUBLISHED,
    ) -> None:
        super().__init__()
        self.description = description
        self.normalization = normalization
        self.fusion_kind = fusion_kind
        self.reference = reference
        self.head = head
        self.upsampling = upsampling
        self.flow = flow
        self.update_branch = update_branch
        self.update_head = update_head
        self.update_upsampling = update_upsampling
        self.fusion = fusion
        self.carry = carry

    def normalize(self, image: Tensor) -> Tensor:
        """RGB image [N, 3, H, W], float 0..255 -> network data."""
        return self.normalization(image)

    def keyframe(self, data: Tensor) -> tuple[Tensor, Tensor]:
        """Network data -> scores [N, K, H, W] and the state: what is carried on [N, C, h, w]."""
        feat = self.reference(data)
        scores = self.head(feat)
        state = self.carry.start(scores if self.carry.scores else feat)
        return self.upsampling(scores, map_size(data)), state

    def update(self, data: Tensor, previous: Tensor, state: Tensor) -> Update:
        """
        One step: scores of the frame from the state of the frame before.

        :param data: [N, 3, H, W] network data of this frame
        :param previous: [N, 3, H, W] network data of the frame before
        :param state: [N, C, h, w] that of the frame before
        :raises SizeError: features are to be fused, and flow and features round the size apart
        """
        if self.flow is None:
            name = self.description.variant
            raise ValueError(f'variant {name} works frame by frame and has no update')
        flow = self.flow(data, previous, map_size(state))
        state = self.propagate(state, flow)
        carried, trust = self.carry.look(state)
        if self.fusion_kind == 'feature':
            scores = self.upsampling(self.head(self._corrected(carried, data)), map_size(data))
            return Update(scores, state, flow, None, None)
        reference_scores = carried if self.carry.scores else self.head(carried)
        if self.fusion_kind is None:
            scores = self.upsampling(reference_scores, map_size(data))
            return Update(scores, state, flow, reference_scores, None)
        update_scores = self.update_scores(data)
        scores = self.fuse(reference_scores, update_scores, map_size(data), trust)
        return Update(scores, state, flow, reference_scores, update_scores)

    def _corrected(self, feat: Tensor, data: Tensor) -> Tensor:
        """Feature fusion: warped features and those of this frame [N, C, h, w]."""
        assert self.fusion is not None
        current = self.reference(data)
        if map_size(current) != map_size(feat):
            size, due, carried = ('{}x{}'.format(*map_size(x)) for x in (data, current, feat))
            raise SizeError(
                f'images of {size} have features of {due} cells, but those carried along the flow '
                f'have {carried}: choose sides that are multiples of 32'
            )
        return self.fusion(torch.cat([feat, current], 1))

    def update_scores(self, data: Tensor) -> Tensor:
        """Network data -> the update branch's own scores [N, K, h', w']."""
        assert self.update_branch is not None and self.update_head is not None
        return self.update_head(self.update_branch(data))

    def fuse(
        self,
        reference: Tensor,
        update: Tensor,
        size: tuple[int, int],
        trust: Tensor | None = None,
    ) -> Tensor:
        """
        Score fusion: both branches' scores to scores [N, K, H, W] with (H, W) = size.

        The paper upsamples both and fuses at the image's size. Where the upsampling keeps
        constants, it may come last: the update branch's scores go to the reference's grid.

        :param trust: [N, 1, h, w] share of the reference's scores, the update's have the rest;
            None: both count in full, as in the paper
        """
        assert self.fusion is not None and self.update_upsampling is not None
        if self.upsampling.preserves_constants:
            update = self.update_upsampling(update, map_size(reference))
            if trust is not None:
                reference, update = trust * reference, (1 - trust) * update
            return self.upsampling(self.fusion(torch.cat([reference, update], 1)), size)
        upsampled = [self.upsampling(reference, size), self.update_upsampling(update, size)]
        return self.fusion(torch.cat(upsampled, 1))

    def propagate(self, state: Tensor, flow: Tensor) -> Tensor:
        """Carry a state one step forward: [N, C, h, w] along flow [N, 2, h, w]."""
        return self.carry.step(state, flow)
