# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What a network is, in plain values: enough to build it again."""

from __future__ import annotations

from dataclasses import dataclass

from accel_model.networks.flownet import FlowWidths


@dataclass(frozen=True)
class Widths:
    """Channels of every layer that a variant leaves open; unused parts keep their default."""

    reference: tuple[int, ...]
    update: tuple[int, ...] = ()
    fc6: int = 1024
    update_fc6: int = 1024
    flow: FlowWidths = FlowWidths()


@dataclass(frozen=True)
class Description:
    """
    A network of the family.

    :param variant: name of the variant
    :param classes: name of the class table that the scores refer to
    """

    variant: str
    widths: Widths
    num_classes: int
    classes: str
