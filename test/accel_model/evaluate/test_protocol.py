# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Which frames are keys and which labels count."""

from __future__ import annotations

import pytest

from accel_model.evaluate.protocol import steps


def test_avg_runs_through_once_and_counts_all():
    taken = list(steps(7, 3, 'avg'))
    assert [step.index for step in taken] == list(range(7))
    assert [step.index for step in taken if step.key] == [0, 3, 6]
    assert all(step.counts for step in taken)


def test_min_counts_only_the_frame_before_the_next_keyframe():
    taken = list(steps(4, 3, 'min'))
    assert [(s.index, s.key, s.counts) for s in taken] == [
        (0, True, False),
        (1, False, False),
        (2, False, True),
        (1, True, False),
        (2, False, False),
        (3, False, True),
    ]


@pytest.mark.parametrize('protocol', ['avg', 'min'])
def test_interval_one_is_frame_by_frame(protocol):
    taken = list(steps(5, 1, protocol))
    assert [step.index for step in taken] == list(range(5))
    assert all(step.key and step.counts for step in taken)
