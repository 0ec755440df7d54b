# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accel_ros.keyframes import (
    Adaptive,
    AfterFrames,
    AsRecorded,
    FixedInterval,
    OnlyKeyframes,
    Recorded,
    Scheduler,
    View,
    WhenReady,
)

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
    scheduler = Scheduler(FixedInterval(10), max_gap_s=None)
    assert [run(scheduler, view(t)) for t in (1, 2, 3)] == ['first', 'update', 'update']
    scheduler.policy = FixedInterval(2)
    assert [run(scheduler, view(t)) for t in (4, 5, 6)] == ['interval', 'update', 'interval']


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


def beside(scheduler: Scheduler, frames: int, ready=lambda: True) -> list[str]:
    """Process frames; return reason/landing/age of each, as in 'interval landed 2'."""
    lines = []
    for t in range(1, frames + 1):
        decision = scheduler.decide(view(t / 10), ready)
        scheduler.done(view(t / 10), decision)
        words = (decision.kind[0], decision.reason, decision.landing)
        lines.append(' '.join([*filter(None, words), str(decision.frames_since_keyframe)]))
    return lines


def test_a_keyframe_beside_the_updates_lands_after_its_delay():
    scheduler = Scheduler(FixedInterval(3), None, AfterFrames(2))
    assert beside(scheduler, 8) == [
        'k first 0', 'u 1', 'u 2', 'u interval 3', 'u 4', 'u landed 2', 'u interval 3', 'u 4'
    ]  # fmt: skip


def test_one_that_lands_with_the_next_frame_needs_no_carrying():
    scheduler = Scheduler(FixedInterval(2), None, AfterFrames(1))
    assert beside(scheduler, 5) == [
        'k first 0', 'u 1', 'u interval 2', 'u landed 1', 'u interval 2'
    ]  # fmt: skip


def test_one_that_takes_longer_than_the_interval_is_followed_by_the_next_at_once():
    scheduler = Scheduler(FixedInterval(2), None, AfterFrames(3))
    assert beside(scheduler, 9)[2:] == [
        'u interval 2', 'u 3', 'u 4', 'u interval landed 3', 'u 4', 'u 5', 'u interval landed 3'
    ]  # fmt: skip


def test_one_that_takes_too_long_is_given_up_and_tried_again():
    scheduler = Scheduler(FixedInterval(2), None, WhenReady(max_delay=2))
    assert beside(scheduler, 7, ready=lambda: False)[2:] == [
        'u interval 2', 'u 3', 'u 4', 'u interval late 5', 'u 6'
    ]  # fmt: skip


def test_one_that_failed_leaves_the_old_state_and_is_tried_again_when_due():
    scheduler = Scheduler(FixedInterval(2), None, WhenReady())
    lines = []
    for t in range(1, 7):
        decision = scheduler.decide(view(t), lambda: True)
        if decision.landing == 'landed':
            decision = scheduler.not_landed(decision)
        scheduler.done(view(t), decision)
        lines.append(f'{decision.reason} {decision.landing} {decision.frames_since_keyframe}')
    assert lines == ['first  0', '  1', 'interval  2', ' failed 3', 'interval  4', ' failed 5']


def test_a_break_abandons_the_one_under_way():
    scheduler = Scheduler(FixedInterval(2), 1.0, AfterFrames(5))
    beside(scheduler, 4)
    decision = scheduler.decide(view(9))
    assert (decision.reason, decision.landing) == ('gap', 'abandoned')
    scheduler.done(view(9), decision)
    assert scheduler.decide(view(9.1), lambda: True).landing == ''


def test_waiting_for_keyframes_again_abandons_the_one_under_way():
    scheduler = Scheduler(FixedInterval(3), None, AfterFrames(5))
    beside(scheduler, 5)
    scheduler.landings = None
    decision = scheduler.decide(view(1))
    assert (decision.kind, decision.landing) == ('update', 'abandoned')


def test_an_interval_changed_in_mid_keyframe_counts_from_where_that_one_was_begun():
    scheduler = Scheduler(FixedInterval(3), None, AfterFrames(2))
    beside(scheduler, 4)  # begun on the fourth
    scheduler.policy = FixedInterval(1)
    lines = [scheduler.decide(view(5), lambda: True)]
    scheduler.done(view(5), lines[0])
    lines.append(scheduler.decide(view(6), lambda: True))
    assert [(d.reason, d.landing) for d in lines] == [('', ''), ('interval', 'landed')]


def pictured(brightness: int) -> View:
    return View(64, 96, 'rgb8', 0, thumbnail=bytes([brightness] * 4))


def test_a_cut_forces_a_keyframe_where_the_policy_looks_for_one():
    for policy, reason in ((Adaptive(cut=30.0), 'cut'), (FixedInterval(9), 'update')):
        scheduler = Scheduler(policy, None, AfterFrames(3))
        reasons = [run(scheduler, pictured(b)) for b in (10, 30, 61)]
        assert reasons == ['first', 'update', reason]


def test_what_was_recorded_is_repeated():
    rng, scheduler, record = random.Random(1), Scheduler(FixedInterval(3), None, WhenReady()), []
    for t in range(1, 60):
        if rng.random() < 0.1:
            scheduler.request()
        record.append(scheduler.decide(view(t / 10), lambda: rng.random() < 0.3))
        scheduler.done(view(t / 10), record[-1])
    assert {d.landing for d in record} >= {'', 'landed', 'abandoned'}
    replay = Scheduler(
        Recorded([d.reason for d in record]), None, AsRecorded([d.landing for d in record])
    )
    for t, due in enumerate(record, 1):
        decision = replay.decide(view(t / 10))
        replay.done(view(t / 10), decision)
        assert decision == due


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(['frame', 'break', 'fail', 'sync']), max_size=60),
    st.lists(st.booleans(), min_size=60, max_size=60),
    st.integers(1, 6),
    st.integers(1, 4),
)
def test_beside_or_not_the_books_agree_with_a_simple_model(events, ready, interval, most):
    """The model: which frame the state's keyframe was, and which one is under way, if any."""
    scheduler = Scheduler(FixedInterval(interval), 1.0, WhenReady(most))
    in_force, under_way, newest, stamp = None, None, None, 1.0
    for index, (event, finished) in enumerate(zip(events, ready)):
        stamp += 5 if event == 'break' else 0.1
        scheduler.landings = None if event == 'sync' else WhenReady(most)
        decision = scheduler.decide(view(stamp), lambda finished=finished: finished)
        if event == 'fail' and decision.landing == 'landed':
            decision = scheduler.not_landed(decision)
        scheduler.done(view(stamp), decision)
        assert (under_way is None) <= (decision.landing == '')
        if decision.landing == 'landed':
            assert finished and index - under_way <= most
            in_force = under_way
        if decision.landing == 'late':
            assert index - under_way > most
        if decision.landing:
            under_way = None
        if decision.kind == 'key':
            in_force = newest = index
        elif decision.reason:
            assert event != 'sync' and under_way is None
            under_way = newest = index
        assert decision.kind == 'update' or under_way is None
        assert decision.frames_since_keyframe == index - in_force
        assert under_way is not None or index - newest < interval
        assert decision.kind == 'key' or event != 'break'
