# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Breaks in the scene: where a state must not be carried on."""

from __future__ import annotations

from accel_ros.keyframes.decision import Reason, View


def scene_break(previous: View, current: View, max_gap_s: float | None) -> Reason:
    """Return why the previous frame's state must not be carried to the current frame, if so."""
    if (previous.height, previous.width) != (current.height, current.width):
        return 'size'
    if previous.encoding != current.encoding:
        return 'encoding'
    if previous.stamp_ns and current.stamp_ns:
        step_ns = current.stamp_ns - previous.stamp_ns
        if step_ns < 0:
            return 'stamp'
        if max_gap_s is not None and step_ns > max_gap_s * 1e9:
            return 'gap'
    return 'blank' if previous.blank != current.blank else ''


def change(previous: View, current: View) -> float:
    """Return how unlike two images are: mean difference of their thumbnails, 0 to 255."""
    cells = len(current.thumbnail)
    if not cells or len(previous.thumbnail) != cells:
        return 0.0
    return sum(abs(a - b) for a, b in zip(previous.thumbnail, current.thumbnail)) / cells
