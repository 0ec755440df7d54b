# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The ways of using a network. Each is a network of the family itself, made of its parts."""

from __future__ import annotations

from accel_model.networks.accel import Accel


def views(network: Accel) -> dict[str, Accel]:
    """
    Return the networks to compare by model; the parts are shared, nothing is copied.

    'reference' and 'update' are the branches alone, frame by frame. 'dff' is Deep Feature Flow,
    the reference half of every update. 'accel' is the whole. Those that the variant lacks are
    absent; with feature fusion the update branch is the reference network.
    """
    found = {'reference': network}
    if network.update_branch is not None:
        assert network.update_head is not None and network.update_upsampling is not None
        found['update'] = Accel(
            description=network.description,
            normalization=network.normalization,
            reference=network.update_branch,
            head=network.update_head,
            upsampling=network.update_upsampling,
        )
    if network.flow is not None:
        found['dff'] = Accel(
            description=network.description,
            normalization=network.normalization,
            reference=network.reference,
            head=network.head,
            upsampling=network.upsampling,
            flow=network.flow,
            carry=network.carry,
        )
    if network.fusion_kind is not None:
        found['accel'] = network
    return found
