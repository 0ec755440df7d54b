# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The QoS that a bag's publishers had, for a publisher that plays their messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

DEPTH = 10
MOST_DEPTH = 1000


def recorded(profiles: Sequence[Any]) -> QoSProfile:
    """Return a profile that serves every subscriber that the recorded publishers served.

    `profiles` are rosbags' Qos, one for each publisher of the topic. Where they differ, what the
    weakest of them offered is what all subscribers could ask for. None recorded: reliable.
    """
    reliability = {p.reliability.name for p in profiles}
    durability = {p.durability.name for p in profiles}
    best_effort = 'BEST_EFFORT' in reliability
    latched = durability == {'TRANSIENT_LOCAL'}
    depth = max((p.depth for p in profiles), default=DEPTH) or DEPTH
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=min(depth, MOST_DEPTH),
        reliability=ReliabilityPolicy.BEST_EFFORT if best_effort else ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
    )
