# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from accel_ros.keyframes import View
from accel_ros.keyframes.breaks import change


def pictured(*cells: int) -> View:
    return View(64, 96, 'rgb8', 0, thumbnail=bytes(cells))


@pytest.mark.parametrize(
    ('before', 'now', 'due'),
    [
        (pictured(10, 20), pictured(10, 20), 0.0),
        (pictured(10, 20), pictured(12, 16), 3.0),
        (pictured(0, 0), pictured(255, 255), 255.0),
        (pictured(), pictured(9, 9), 0.0),  # what is unknown is no change
        (pictured(1, 1, 1), pictured(9, 9), 0.0),
    ],
)
def test_the_change_is_the_mean_difference_of_the_thumbnails(before, now, due):
    assert change(before, now) == change(now, before) == due
