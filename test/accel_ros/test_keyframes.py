# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accel_ros.errors import AccelError
from accel_ros.keyframes import FixedInterval, OnlyKeyframes, Scheduler, View

SECOND = 10**9


def view(stamp_s: float = 0, height: int = 64, width: int = 96, encoding: str = 'rgb8') -> View:
    return View(height, width, encoding, round(stamp_s * SECOND))


def run(scheduler: Scheduler, current: View) -> str:
    """Process a frame; return its reason, or 'update'."""
    decision = scheduler.decide(current)
    scheduler.done(current, decision)
    assert (decision.kind == 'key') == bool(decision.reason)
    return decision.reason or 'update'


def test_the_first_and_every_nth_frame_are_keyframes():
    scheduler = Scheduler(FixedInterval(3), max_gap_s=None)
    reasons = [run(scheduler, view(t)) for t in range(1, 8)]
    assert reasons == ['first', 'update', 'update', 'interval', 'update', 'update', 'interval']


def test_frames_since_the_keyframe_are_counted():
    scheduler = Scheduler(FixedInterval(3), max_gap_s=None)
    counts = []
    for t in range(1, 6):
        decision = scheduler.decide(view(t))
        scheduler.done(view(t), decision)
        counts.append(decision.frames_since_keyframe)
    assert counts == [0, 1, 2, 0, 1]


def test_interval_one_takes_only_keyframes():
    scheduler = Scheduler(FixedInterval(1), max_gap_s=None)
    assert [run(scheduler, view(t)) for t in (1, 2, 3)] == ['first', 'interval', 'interval']


def test_the_interval_changes_live():
    policy = FixedInterval(10)
    scheduler = Scheduler(policy, max_gap_s=None)
    assert [run(scheduler, view(t)) for t in (1, 2, 3)] == ['first', 'update', 'update']
    policy.interval = 2
    assert [run(scheduler, view(t)) for t in (4, 5, 6)] == ['interval', 'update', 'interval']


@pytest.mark.parametrize('interval', [0, -1, 1.5, True, None, '5'])
def test_an_impossible_interval_is_refused_and_changes_nothing(interval):
    policy = FixedInterval(4)
    with pytest.raises(AccelError, match='use 1 .* or more'):
        policy.interval = interval
    assert policy.interval == 4
    with pytest.raises(AccelError):
        FixedInterval(interval)


@pytest.mark.parametrize(
    ('next_view', 'reason'),
    [
        (view(10.1), 'update'),
        (view(10.0), 'update'),  # a stamp may stand still
        (view(0), 'update'),  # no stamp says nothing
        (view(11.0), 'update'),
        (view(11.001), 'gap'),
        (view(9.999), 'stamp'),
        (view(10.1, height=65), 'size'),
        (view(10.1, width=95), 'size'),
        (view(10.1, encoding='bgr8'), 'encoding'),
    ],
)
def test_a_break_in_the_scene_forces_a_keyframe(next_view, reason):
    scheduler = Scheduler(FixedInterval(5), max_gap_s=1.0)
    run(scheduler, view(10.0))
    assert run(scheduler, next_view) == reason


def test_without_a_limit_no_gap_is_too_long():
    scheduler = Scheduler(FixedInterval(5), max_gap_s=None)
    run(scheduler, view(1))
    assert run(scheduler, view(100000)) == 'update'


def test_a_break_starts_the_interval_again():
    scheduler = Scheduler(FixedInterval(3), max_gap_s=1.0)
    stamps = (1, 1.1, 9, 9.1, 9.2, 9.3)
    reasons = [run(scheduler, view(t)) for t in stamps]
    assert reasons == ['first', 'update', 'gap', 'update', 'update', 'interval']


def test_a_request_holds_for_one_frame():
    scheduler = Scheduler(FixedInterval(9), max_gap_s=None)
    run(scheduler, view(1))
    scheduler.request()
    scheduler.request()
    assert [run(scheduler, view(t)) for t in (2, 3)] == ['reset', 'update']


def test_a_frame_that_failed_is_not_where_the_next_flow_starts():
    scheduler = Scheduler(FixedInterval(9), max_gap_s=1.0)
    run(scheduler, view(1))
    scheduler.decide(view(1.9))  # and no done
    scheduler.request('error')
    assert scheduler.decide(view(2.5)).reason == 'error'
    assert scheduler.decide(view(2.5)).reason == 'gap'  # seen from 1.0


def test_a_bundle_without_updates_gets_only_keyframes():
    scheduler = Scheduler(OnlyKeyframes(5), max_gap_s=None)
    assert [run(scheduler, view(t)) for t in (1, 2, 3)] == ['first', 'variant', 'variant']


frames = st.builds(
    View,
    st.sampled_from([64, 65]),
    st.just(96),
    st.sampled_from(['rgb8', 'mono8']),
    st.integers(0, 20 * SECOND),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(frames, max_size=40), st.integers(1, 6))
def test_no_state_crosses_a_break_and_none_gets_older_than_the_interval(views, interval):
    scheduler = Scheduler(FixedInterval(interval), max_gap_s=2.0)
    previous, age = None, 0
    for current in views:
        decision = scheduler.decide(current)
        scheduler.done(current, decision)
        age = 0 if decision.kind == 'key' else age + 1
        assert age == decision.frames_since_keyframe < interval
        if decision.kind == 'update':
            assert previous is not None
            assert (previous.height, previous.encoding) == (current.height, current.encoding)
            if previous.stamp_ns and current.stamp_ns:
                assert 0 <= current.stamp_ns - previous.stamp_ns <= 2 * SECOND
        previous = current
