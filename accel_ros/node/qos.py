# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Qualities of service. Each call makes a profile of its own: rclpy writes overrides into it."""

from __future__ import annotations

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy


def newest_only() -> QoSProfile:
    """REP-2003's profile for sensors, but one deep: behind a slow node the newest is what counts.

    Best effort hears reliable and best-effort publishers.
    """
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST, depth=1, reliability=ReliabilityPolicy.BEST_EFFORT
    )


def results() -> QoSProfile:
    """Reliable serves reliable and best-effort subscribers; a slow one loses old frames only."""
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST, depth=5, reliability=ReliabilityPolicy.RELIABLE
    )


def latched() -> QoSProfile:
    """Whoever comes later still gets the last message."""
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=1,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL,
    )
