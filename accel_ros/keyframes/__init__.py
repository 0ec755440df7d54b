# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""When to take a keyframe, and when one that runs beside the updates lands."""

from accel_ros.keyframes.decision import Decision, Kind, Landing, Reason, View
from accel_ros.keyframes.landings import AfterFrames, AsRecorded, LandingRule, WhenReady
from accel_ros.keyframes.policies import (
    DEFAULT_INTERVAL,
    Adaptive,
    Deadline,
    FixedInterval,
    OnlyKeyframes,
    Policy,
    Progress,
    Recorded,
)
from accel_ros.keyframes.scheduler import Scheduler

__all__ = [
    'DEFAULT_INTERVAL',
    'Adaptive',
    'AfterFrames',
    'AsRecorded',
    'Deadline',
    'Decision',
    'FixedInterval',
    'Kind',
    'Landing',
    'LandingRule',
    'OnlyKeyframes',
    'Policy',
    'Progress',
    'Reason',
    'Recorded',
    'Scheduler',
    'View',
    'WhenReady',
]
