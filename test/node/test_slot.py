# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The newest-frame slot: what comes out, what is lost, and that nothing is miscounted."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from accel_ros.node.slot import NewestSlot, SlotClosed


def test_a_newer_item_replaces_one_that_nobody_took():
    slot = NewestSlot()
    assert [slot.put(n) for n in (1, 2, 3)] == [0, 1, 1]
    assert slot.take() == 3


def test_none_is_an_item_too():
    slot = NewestSlot()
    slot.put(None)
    assert slot.put(None) == 1
    assert slot.take() is None


def test_closing_loses_the_waiting_item_and_everything_after_it():
    slot = NewestSlot()
    slot.put('late')
    assert slot.close() == 1
    assert slot.close() == 0
    assert slot.put('later') == 1
    with pytest.raises(SlotClosed):
        slot.take()


def test_a_waiting_taker_is_woken_by_an_item_and_by_closing():
    slot, seen = NewestSlot(), []

    def take_two():
        seen.append(slot.take())
        with pytest.raises(SlotClosed):
            slot.take()
        seen.append('closed')

    taker = threading.Thread(target=take_two)
    taker.start()
    slot.put('item')
    while not seen:
        taker.join(0.001)
    slot.close()
    taker.join(10)
    assert seen == ['item', 'closed']


@given(st.lists(st.integers(0, 20), min_size=1, max_size=40))
def test_takers_and_putters_on_two_threads_lose_no_count(bursts):
    slot, taken = NewestSlot(), []

    def take_all():
        while True:
            try:
                taken.append(slot.take())
            except SlotClosed:
                return

    taker = threading.Thread(target=take_all)
    taker.start()
    items = range(sum(bursts))
    lost = sum(slot.put(item) for item in items) + slot.close()
    taker.join(10)
    assert len(taken) + lost == len(items)
    assert taken == sorted(taken), 'an older item came out after a newer one'


class SlotModel(RuleBasedStateMachine):
    """Any order of puts, takes and closings against a one-element model."""

    def __init__(self):
        super().__init__()
        self.slot, self.held, self.closed = NewestSlot(), [], False

    @rule(item=st.integers())
    def put(self, item):
        expected = 1 if self.closed else len(self.held)
        assert self.slot.put(item) == expected
        if not self.closed:
            self.held = [item]

    @precondition(lambda self: self.held or self.closed)
    @rule()
    def take(self):
        if self.closed:
            with pytest.raises(SlotClosed):
                self.slot.take()
        else:
            assert self.slot.take() == self.held.pop()

    @rule()
    def close(self):
        assert self.slot.close() == len(self.held)
        self.held, self.closed = [], True

    @invariant()
    def never_more_than_one(self):
        assert len(self.held) <= 1


TestSlotModel = SlotModel.TestCase
