# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from accel_ros.errors import AccelError
from accel_ros.keyframes import Adaptive, AfterFrames, Deadline, FixedInterval


@pytest.mark.parametrize('frames', [0, -1, 1.5, True, None, '5'])
@pytest.mark.parametrize(
    'make',
    [
        FixedInterval,
        Adaptive,
        Deadline,
        lambda frames: Adaptive(floor=frames),
        lambda frames: Deadline(floor=frames),
    ],
)
def test_an_impossible_distance_is_refused(make, frames):
    with pytest.raises(AccelError, match='use 1 .* or more'):
        make(frames)


@pytest.mark.parametrize('delay', [0, -3, 2.5, True])
def test_an_impossible_delay_is_refused(delay):
    with pytest.raises(AccelError, match='use 1 .* or more'):
        AfterFrames(delay)
