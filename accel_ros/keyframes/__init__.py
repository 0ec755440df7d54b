# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""When to take a keyframe, and when one that runs beside the updates lands."""

from accel_ros.keyframes.decision import Decision, Kind, Landing, Reason, View
from accel_ros.keyframes.landings import MODES, AfterFrames, AsRecorded, LandingRule, WhenReady
from accel_ros.keyframes.policies import (
    DEFAULT_INTERVAL,
    POLICIES,
    Adaptive,
    Deadline,
    FixedInterval,
    OnlyKeyframes,
    Policy,
    Progress,
    Recorded,
    policy_named,
)
from accel_ros.keyframes.scheduler import Scheduler

__all__ = [
    'DEFAULT_INTERVAL',
    'MODES',
    'POLICIES',
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
    'policy_named',
]
