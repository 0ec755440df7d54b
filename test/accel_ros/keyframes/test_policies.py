# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from accel_ros.errors import AccelError
from accel_ros.keyframes import (
    Adaptive,
    AfterFrames,
    Deadline,
    FixedInterval,
    Policy,
    Progress,
    Scheduler,
    View,
)


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


def keyframes(policy: Policy, changes: list[float]) -> dict[int, str]:
    """Return the keyframes, reason by frame, of a film whose images change by so much."""
    scheduler, brightness, found = Scheduler(policy, None), 0.0, {}
    for index, change in enumerate([0.0, *changes]):
        brightness += change if brightness + change < 255 else -change
        view = View(64, 96, 'rgb8', 0, thumbnail=bytes([round(brightness)] * 12))
        decision = scheduler.decide(view)
        scheduler.done(view, decision)
        if decision.reason:
            found[index] = decision.reason
    return found


def test_a_still_scene_gets_keyframes_at_the_ceiling_only():
    policy = Adaptive(interval=10, floor=2, threshold=15)
    assert keyframes(policy, [0] * 35) == {
        0: 'first',
        10: 'interval',
        20: 'interval',
        30: 'interval',
    }


def test_the_more_it_changes_the_more_keyframes_it_gets_down_to_the_floor():
    policy = Adaptive(interval=50, floor=3, threshold=15)
    slow, fast, fastest = (list(keyframes(policy, [by] * 13)) for by in (2, 4, 16))
    assert (slow, fast, fastest) == ([0, 8], [0, 4, 8, 12], [0, 3, 6, 9, 12])


def test_a_cut_gets_one_at_once_whatever_the_floor():
    policy = Adaptive(interval=50, floor=10, threshold=15)
    assert keyframes(policy, [0, 0, 30, 0]) == {0: 'first', 3: 'cut'}


def pace(**times: float) -> Progress:
    return Progress(**{'frames_since_keyframe': 4, 'period_ms': 50.0, 'key_ms': 90.0,
                       'update_ms': 20.0, 'keyframe_latency_ms': 90.0, **times})  # fmt: skip


@pytest.mark.parametrize(
    ('progress', 'due'),
    [
        (pace(), 'budget'),  # 90 + 3 * 20 = 150 ms of 4 * 50 ms
        (pace(frames_since_keyframe=3), ''),  # 130 of 150, and 0.8 is allowed
        (pace(period_ms=40.0), ''),  # the camera is faster
        (pace(keyframe_latency_ms=101.0), ''),  # a keyframe would come too late
        (pace(keyframe_latency_ms=101.0, frames_since_keyframe=20), 'interval'),
        (pace(frames_since_keyframe=1, key_ms=1.0), ''),  # below the floor
        (pace(key_ms=None), ''),  # nothing is known yet
        (pace(period_ms=None), 'budget'),  # no stamps: as if frames came at the deadline's rate
    ],
)
def test_the_deadline_allows_what_latency_and_compute_do(progress, due):
    assert Deadline(interval=20, floor=2, latency_ms=100.0, share=0.8).due(progress) == due


@pytest.mark.parametrize(('share', 'distance'), [(0.9, 2), (0.5, 6), (0.45, 8), (0.1, 20)])
def test_the_deadline_keeps_the_mean_within_the_share(share, distance):
    """Keyframes take 60 ms, updates 12 ms, and there are 40 ms from frame to frame."""
    scheduler = Scheduler(Deadline(interval=20, floor=1, share=share), None)
    ages, busy_ms = [], []
    for index in range(1, 120):
        view = View(64, 96, 'rgb8', index * 40_000_000)
        decision = scheduler.decide(view)
        busy_ms.append(60.0 if decision.kind == 'key' else 12.0)
        scheduler.done(view, decision, busy_ms[-1])
        ages.append(decision.frames_since_keyframe)
    assert max(ages[5:]) == distance - 1
    assert sum(busy_ms[-100:]) <= max(share, 0.4) * 40 * 100 + 60
