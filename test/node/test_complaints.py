# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Log lines about bad frames: every reason is said, none floods the log."""

from hypothesis import given
from hypothesis import strategies as st

from accel_ros.node.complaints import MOST_LINES, QUIET_S, Complaints


class Clock:
    """A clock that is moved by hand."""

    now = 100.0

    def __call__(self):
        return self.now


def test_the_same_reason_is_said_once_and_again_after_the_quiet_time():
    clock = Clock()
    complaints = Complaints(clock)
    assert complaints.hear('empty image') == 'empty image'
    assert [complaints.hear('empty image') for _ in range(30)] == [None] * 30
    clock.now += QUIET_S
    assert complaints.hear('empty image') == 'empty image (30 more left out)'


def test_a_different_reason_is_said_at_once():
    complaints = Complaints(Clock())
    assert complaints.hear('empty image')
    assert complaints.hear('unknown encoding') == 'unknown encoding'


def test_the_end_of_a_bad_spell_is_said_once():
    complaints = Complaints(Clock())
    assert complaints.settle() is None
    complaints.hear('empty image')
    assert complaints.settle() == 'frames are usable again'
    assert complaints.settle() is None


def test_every_spell_spoken_of_gets_its_end():
    complaints = Complaints(Clock())
    for reason in ('empty image', 'unknown encoding', 'truncated image'):
        assert complaints.hear(reason) == reason
        assert complaints.settle() == 'frames are usable again'
    assert complaints.hear('empty image') is None  # said a moment ago
    assert complaints.settle() is None


@given(st.lists(st.tuples(st.text(max_size=3), st.floats(0, 3), st.booleans()), max_size=80))
def test_no_stream_gets_more_than_its_lines(frames):
    clock = Clock()
    complaints, said = Complaints(clock), []
    for reason, pause, good in frames:
        clock.now += pause
        if (complaints.settle() if good else complaints.hear(reason)) is not None:
            said.append(clock.now)
    for first in said:
        assert sum(first <= at < first + QUIET_S for at in said) <= MOST_LINES
