# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The worker's thread: order, survival of errors, and an end that waits for the work at hand."""

import threading

from accel_ros.node.slot import NewestSlot
from accel_ros.node.worker import Worker


def test_an_error_is_reported_and_the_next_item_is_worked_on():
    slot, done, errors = NewestSlot(), threading.Event(), []

    def work(item):
        if item == 'bad':
            raise ValueError(item)
        done.set()

    failed = threading.Event()

    def on_error(error):
        errors.append(error)
        failed.set()

    worker = Worker('camera', slot, work, on_error)
    slot.put('bad')
    assert failed.wait(10)
    slot.put('good')
    assert done.wait(10)
    assert worker.stop() == 0
    assert [str(error) for error in errors] == ['bad']


def test_stopping_finishes_the_item_at_hand_and_loses_the_waiting_one():
    slot, begun, go, finished = NewestSlot(), threading.Event(), threading.Event(), []

    def work(item):
        begun.set()
        go.wait(10)
        finished.append(item)

    worker = Worker('camera', slot, work, on_error=lambda error: None)
    slot.put('at hand')
    assert begun.wait(10)
    slot.put('waiting')
    threading.Timer(0.05, go.set).start()
    assert worker.stop() == 1
    assert finished == ['at hand']


def test_no_thread_is_left_behind():
    before = threading.active_count()
    workers = [Worker(f'{n}', NewestSlot(), print, print) for n in range(20)]
    assert threading.active_count() == before + 20
    assert sum(worker.stop() for worker in workers) == 0
    assert threading.active_count() == before
