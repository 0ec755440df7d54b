# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Drops and ages at the recorded rate, against cases that are worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accel_ros.replay.realtime import simulate
from accel_ros.replay.records import Columns

MS = 1_000_000
START = 1_700_000_000_000_000_000


def columns(arrivals_ms, costs_ms, keys=None, stamps_ms=None, reasons=None):
    """The records of a run whose images come at these times."""
    count = len(arrivals_ms)
    keys = np.array([n == 0 for n in range(count)] if keys is None else keys)
    arrivals = START + np.array(arrivals_ms, np.int64) * MS
    stamps = arrivals if stamps_ms is None else START + np.array(stamps_ms, np.int64) * MS
    nothing = np.full(count, np.nan)
    return Columns(
        number=np.arange(count),
        stamp_ns=stamps,
        arrival_ns=arrivals,
        key=np.array(keys, bool),
        reason=np.array(reasons or ['interval' if key else '' for key in keys], object),
        drift=nothing,
        total_ms=np.array(costs_ms, float),
        accuracy=nothing,
        agreement=nothing,
        age_ms=nothing,
    )


def test_a_quick_pipeline_drops_nothing():
    seen = simulate(columns([0, 100, 200, 300], [50, 20, 20, 20]), 10)
    assert list(seen.processed) == [0, 1, 2, 3] and seen.dropped == 0
    assert list(seen.age_ms) == [50, 20, 20, 20]


def test_of_those_that_wait_the_newest_is_taken():
    # The keyframe is done at 250; 1 and 2 have come, 2 is taken and waited 50 ms; done at 270.
    seen = simulate(columns([0, 100, 200, 300], [250, 20, 20, 20]), 10)
    assert list(seen.processed) == [0, 2, 3] and seen.dropped == 1
    assert list(seen.age_ms) == [250, 70, 20]


def test_who_drops_takes_other_keyframes():
    # Offline, 0, 2 and 4 are keyframes. Where 1 is dropped, 2 is the first update, at the cost of
    # the last update known, and 3 the keyframe.
    seen = simulate(columns([0, 100, 200, 300], [150, 10, 150, 10], [True, False, True, False]), 2)
    assert list(seen.processed) == [0, 1, 2, 3]
    assert list(seen.age_ms) == [150, 60, 150, 60]
    slow = simulate(columns([0, 100, 200, 300, 400], [220, 10, 220, 10, 220], [1, 0, 1, 0, 1]), 2)
    assert list(slow.processed) == [0, 2, 3, 4]
    assert list(slow.age_ms) == [220, 30, 220, 130]


def test_frame_by_frame_every_image_is_a_keyframe():
    seen = simulate(columns([0, 10, 20, 30], [15] * 4, [True] * 4), 1)
    assert list(seen.processed) == [0, 1, 3] and list(seen.age_ms) == [15, 20, 15]


def test_ages_count_from_stamps_of_the_same_clock():
    seen = simulate(columns([30, 130], [10, 10], stamps_ms=[0, 100]), 5)
    assert seen.since_stamp and list(seen.age_ms) == [40, 40]
    other = simulate(columns([30, 130], [10, 10], stamps_ms=[-9_000_000, -8_999_900]), 5)
    assert not other.since_stamp and list(other.age_ms) == [10, 10]


def test_a_break_in_a_dropped_image_still_forces_a_keyframe():
    reasons = ['first', '', '', 'size', '', '']
    keys = [True, False, False, True, False, False]
    costs = [450, 10, 10, 300, 10, 10]
    seen = simulate(columns([0, 100, 200, 300, 400, 500], costs, keys, reasons=reasons), 100)
    assert list(seen.processed) == [0, 4, 5]
    assert seen.age_ms[1] == pytest.approx(450 + 300 - 400)


def test_without_arrivals_there_is_nothing_to_say():
    assert simulate(columns([0], [10]), 5) is None
    unknown = columns([0, 1], [10, 10])
    unknown.arrival_ns[:] = 0
    assert simulate(unknown, 5) is None


@settings(deadline=None)
@given(
    gaps=st.lists(st.integers(0, 200), min_size=2, max_size=40),
    cost=st.integers(1, 500),
    interval=st.integers(1, 12),
)
def test_it_is_what_a_slot_of_one_does(gaps, cost, interval):
    """The same, event by event."""
    arrivals = np.cumsum(gaps).tolist()
    seen = simulate(columns(arrivals, [cost] * len(arrivals)), interval)
    slot, free, taken, done = None, 0, [], []
    for place, now in enumerate([*arrivals, float('inf')]):
        while slot is not None and free < now:
            begin = max(free, arrivals[slot])
            free, taken, done, slot = begin + cost, [*taken, slot], [*done, begin + cost], None
        slot = place
    # Images that come at the very moment the worker is free may go either way.
    if not set(done) & set(arrivals) and len(set(arrivals)) == len(arrivals):
        assert list(seen.processed) == taken
        assert list(seen.age_ms) == [d - arrivals[t] for d, t in zip(done, taken)]
    assert seen.received == len(arrivals) and seen.dropped == len(arrivals) - len(seen.processed)
    assert (np.diff(seen.processed) > 0).all() and seen.processed[-1] == len(arrivals) - 1
