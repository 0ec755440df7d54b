# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""How the fusion starts."""

from __future__ import annotations

import torch
from torch import nn

from accel_model.networks.accel import Accel
from accel_model.networks.fusion import feature_fusion, score_fusion
from accel_model.train.settings import ConfigError


def start_fusion(network: Accel, how: str | None) -> None:
    """
    Give the fusion its first weights; nothing happens to a network without one.

    :param how: 'published': at random on scores, as the current frame's features on features;
        'mean': as the mean of both branches' scores; None: 'mean' on scores, else 'published'
    :raises ConfigError: the mean of features is asked for
    """
    if network.fusion is None:
        return
    scores = network.fusion_kind == 'score'
    if how == 'mean' and not scores:
        raise ConfigError('network.fusion mean is for scores: features start as published')
    if scores and how in (None, 'mean'):
        start_as_mean(network)
        return
    assert isinstance(network.fusion, nn.Conv2d)
    made = score_fusion if scores else feature_fusion
    network.fusion.load_state_dict(made(network.fusion.out_channels).state_dict())


@torch.no_grad()
def start_as_mean(network: Accel) -> None:
    """Start the score fusion as the mean of both branches; trust, if there is any, weighs them."""
    assert isinstance(network.fusion, nn.Conv2d) and network.fusion.bias is not None
    half = torch.eye(network.fusion.out_channels)[:, :, None, None]
    if network.carry.fade is None:
        half = half / 2
    network.fusion.weight.copy_(torch.cat([half, half], 1))
    network.fusion.bias.zero_()
