# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Plays a bag as `ros2 bag play` does: every message at its time, with its topic's QoS."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rclpy
from builtin_interfaces.msg import Time
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.signals import SignalHandlerOptions
from rosgraph_msgs.msg import Clock

from accel_ros.bags import Recording, Topic
from accel_ros.errors import SourceError
from accel_ros.live import qos
from accel_ros.live.environment import prepare
from accel_ros.node.signals import until_signal

SETTLE_S = 0.5  # the other side may see a connection a little later
LONGEST_WAIT_S = 0.05  # between two looks at the signals


@dataclass(frozen=True)
class Pace:
    """How a bag is played: how fast, how often, and how long to wait for listeners.

    :ivar clock_hz: how often /clock is published, in real time; 0: never
    :ivar patience_s: how long to wait until somebody listens to every topic of images
    """

    rate: float = 1.0
    loop: bool = False
    clock_hz: float = 0.0
    patience_s: float = 10.0


def play(bag: Path, topics: Sequence[str], pace: Pace, note: Callable[[str], None]) -> int:
    """Play until the end or a signal; returns how many messages were published.

    :param topics: which ones; none: all whose types are installed
    :param note: hears of what cannot be read or played
    :raises SourceError: nothing can be played
    """
    prepare()
    stopped = until_signal()
    recording = Recording(bag, note)
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    try:
        player = Player(recording, topics, pace, note, stopped)
        player.wait_for_listeners()
        published = player.play()
        while pace.loop and published and not stopped.is_set():
            published += player.play()
        player.close()
        return published
    finally:
        rclpy.try_shutdown()


class Player:
    """The publishers of a bag's topics, and of its clock."""

    def __init__(
        self,
        recording: Recording,
        topics: Sequence[str],
        pace: Pace,
        note: Callable[[str], None],
        stopped: threading.Event,
    ) -> None:
        """Advertise the topics. Raises SourceError where none can be played."""
        self._recording, self._pace, self._stopped = recording, pace, stopped
        self._node = Node('bag_player')
        self._clock = self._node.create_publisher(Clock, '/clock', 10) if pace.clock_hz else None
        self._next_tick = 0.0
        self._publishers: dict[str, Publisher[Any]] = {}
        missing = sorted(set(topics) - recording.topics.keys())
        if missing:
            known = ', '.join(sorted(recording.topics))
            raise SourceError(f'bag {recording.path} has no topic {missing[0]}; it has: {known}')
        for name in topics or sorted(recording.topics):
            self._advertise(recording.topics[name], note)
        if not self._publishers:
            raise SourceError(f'bag {recording.path} has no topic whose type is installed here')

    def wait_for_listeners(self) -> None:
        """Wait until somebody listens to every topic of images, or patience is at its end."""
        images = [p for t, p in self._publishers.items() if self._recording.topics[t].holds_images]
        end = time.monotonic() + self._pace.patience_s
        while any(not publisher.get_subscription_count() for publisher in images):
            if time.monotonic() > end or self._stopped.wait(LONGEST_WAIT_S):
                return
        self._stopped.wait(SETTLE_S)

    def play(self) -> int:
        """Play the bag once; returns how many messages were published."""
        start, first_ns, published = time.monotonic(), -1, 0
        for message in self._recording.messages(self._publishers.keys()):
            if first_ns < 0:
                start, first_ns, self._next_tick = time.monotonic(), message.at_ns, 0.0
            due = start + (message.at_ns - first_ns) / 1e9 / self._pace.rate
            if not self._until(due, start, first_ns):
                break
            self._publishers[message.topic].publish(message.data)
            published += 1
        return published

    def close(self) -> None:
        """Wait until all is delivered, and withdraw the topics."""
        if not self._stopped.is_set():
            for publisher in self._publishers.values():
                publisher.wait_for_all_acked(Duration(seconds=2))
        self._node.destroy_node()

    def _until(self, due: float, start: float, first_ns: int) -> bool:
        """Wait for a time while the clock ticks; returns whether to go on."""
        while True:
            now = time.monotonic()
            if self._clock is not None and now >= self._next_tick:
                now_ns = first_ns + int((min(now, due) - start) * self._pace.rate * 1e9)
                self._clock.publish(Clock(clock=Time(sec=now_ns // 10**9, nanosec=now_ns % 10**9)))
                self._next_tick = now + 1 / self._pace.clock_hz
            if self._stopped.is_set():
                return False
            if now >= due:
                return True
            wait = min(due - now, LONGEST_WAIT_S)
            if self._clock is not None:
                wait = min(wait, max(self._next_tick - now, 0.0))
            self._stopped.wait(wait)

    def _advertise(self, topic: Topic, note: Callable[[str], None]) -> None:
        package, _, name = topic.kind.partition('/msg/')
        try:
            kind = getattr(importlib.import_module(f'{package}.msg'), name)
        except (ImportError, AttributeError):
            note(f'topic {topic.name} is not played: its type {topic.kind} is not installed here')
            return
        profile = qos.recorded(topic.profiles)
        self._publishers[topic.name] = self._node.create_publisher(kind, topic.name, profile)
