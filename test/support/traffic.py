# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A clock and frames for streams that are made by hand."""

from __future__ import annotations

from accel_ros.timing import FrameTiming


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def frame(
    kind: str = 'key',
    reason: str = 'interval',
    total_ms: float = 10.0,
    age_ms: float = 20.0,
    landing: str = '',
) -> FrameTiming:
    """A frame that got its labels."""
    return FrameTiming(
        stamp_ns=0,
        frame_id='camera',
        kind=kind,
        keyframe_reason=reason if kind == 'key' else '',
        frames_since_keyframe=0,
        keyframe_interval=5,
        keyframe_landing=landing,
        drift=None,
        change=0.0,
        wait_ms=0.0,
        convert_ms=0.0,
        infer_ms=0.0,
        publish_ms=0.0,
        total_ms=total_ms,
        age_ms=age_ms,
        received=1,
        processed=1,
        dropped=0,
    )
