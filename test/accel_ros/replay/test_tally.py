# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Counts that are stored, read again and added up."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accel_ros.classes import ClassTable
from accel_ros.replay.tally import Tally

CLASSES = ClassTable.named('camvid')
LABELS = st.lists(st.integers(0, 10), min_size=6, max_size=6)
FRAMES = st.lists(st.tuples(st.integers(0, 4), LABELS, LABELS), max_size=6)


def tally(frames):
    made = Tally.of(CLASSES)
    for distance, truth, labels in frames:
        truth, labels = np.uint8(truth), np.uint8(labels)
        made.truth.add(distance, truth, labels)
        made.reference.add(distance, labels, truth)
        made.consistency.equal += 2
        made.consistency.seen += 3
        made.frames += 1
    return made


@settings(deadline=None)
@given(FRAMES)
def test_stored_and_read_again(frames):
    made, read = tally(frames), Tally.of(CLASSES)
    read.load(json.loads(json.dumps(made.dump())))
    assert read.dump() == made.dump()


@settings(deadline=None)
@given(FRAMES, FRAMES)
def test_two_recordings_count_as_one(first, second):
    together = tally(first)
    together.merge(tally(second))
    assert np.array_equal(together.truth.total.matrix, tally([*first, *second]).truth.total.matrix)
    assert together.frames == len(first) + len(second)


def test_a_frame_gives_its_share():
    counts = Tally.of(CLASSES).truth
    assert counts.add(0, np.uint8([1, 2, 11]), np.uint8([1, 3, 3])) == 0.5  # 11 is void
    assert counts.add(0, np.uint8([11]), np.uint8([3])) is None
    with pytest.raises(ValueError, match='do not fit'):
        counts.add(0, np.uint8([200]), np.uint8([3]))
    assert counts.frames[0] == 2
