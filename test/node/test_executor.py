# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Who executes what: default groups the spinning thread, other groups threads on the side."""

import threading
import time

import pytest
import rclpy
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup

from accel_ros.node.executor import SideExecutor


@pytest.fixture
def node(domain):
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node('executed', context=context)
    yield node
    node.destroy_node()
    context.try_shutdown()


@pytest.fixture
def executor(node):
    executor = SideExecutor(context=node.context)
    executor.add_node(node)
    yield executor
    executor.shutdown()


def spin(executor, done, seconds=20):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        executor.spin_once(0.05)


def test_a_callback_of_the_default_group_runs_in_the_spinning_thread(node, executor):
    threads = []
    node.create_timer(0.01, lambda: threads.append(threading.current_thread()))
    spin(executor, lambda: len(threads) > 2)
    assert set(threads) == {threading.current_thread()}


def test_a_callback_of_another_group_may_take_long(node, executor):
    begun, go, ended, ticks = threading.Event(), threading.Event(), threading.Event(), []

    def slow():
        begun.set()
        assert go.wait(20)
        ended.set()

    node.create_timer(0.01, slow, callback_group=MutuallyExclusiveCallbackGroup())
    spin(executor, begun.is_set)
    node.create_timer(0.01, lambda: ticks.append(1))
    spin(executor, lambda: len(ticks) > 2)
    assert not ended.is_set()
    go.set()
    spin(executor, ended.is_set)


@pytest.mark.parametrize('group', [None, MutuallyExclusiveCallbackGroup()])
def test_an_error_in_a_callback_is_raised_and_spinning_can_go_on(node, executor, group):
    ticks = []

    def bad():
        ticks.append(1)
        if len(ticks) == 1:
            raise ValueError('bad')

    node.create_timer(0.01, bad, callback_group=group)
    with pytest.raises(ValueError, match='bad'):
        spin(executor, lambda: False)
    spin(executor, lambda: len(ticks) > 2)


def test_spinning_ends_in_time_when_there_is_nothing_to_do(executor):
    executor.spin_once(0.0)
    executor.spin_once(0.01)


def test_after_shutdown_nothing_is_executed_and_no_thread_is_left(node):
    before = threading.active_count()
    executor = SideExecutor(context=node.context)
    executor.add_node(node)
    ticks = []
    node.create_timer(
        0.01, lambda: ticks.append(1), callback_group=MutuallyExclusiveCallbackGroup()
    )
    spin(executor, lambda: ticks)
    assert executor.shutdown()
    assert threading.active_count() == before
