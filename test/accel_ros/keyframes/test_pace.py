# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
from accel_ros.keyframes.pace import REMEMBERED, Pace


def test_the_pace_is_the_median_of_the_latest_times():
    pace = Pace()
    assert pace('key') is None
    for milliseconds in (1000.0, 1000.0, *[10.0] * (REMEMBERED - 3), 500.0):
        pace.note('key', milliseconds)
    assert pace('key') == 10.0
    for _ in range(REMEMBERED):
        pace.note('key', 30.0)
    assert pace('key') == 30.0
    assert pace('update') is None
