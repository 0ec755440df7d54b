# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The node's reports on /diagnostics, once a second."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

TOPIC = '/diagnostics'
PERIOD_S = 1.0


class Level(IntEnum):
    """The levels of diagnostic_msgs."""

    OK = 0
    WARN = 1
    ERROR = 2
    STALE = 3


# What matters more: a fault, then that nothing happens, then a doubt.
WEIGHT = (Level.OK, Level.WARN, Level.STALE, Level.ERROR)


@dataclass(frozen=True)
class Status:
    """One line of the report: how it is, and figures whose keys name their units."""

    level: Level
    message: str
    values: dict[str, object] = field(default_factory=dict)


class Task(Protocol):
    """Something that the node reports on."""

    name: str

    def run(self) -> Status:
        """Return how it is."""


class Diagnostics:
    """Publishes the statuses of the tasks that `tasks` names each time."""

    def __init__(self, node: Node, tasks: Callable[[], Iterable[Task]]) -> None:
        """Begin to publish."""
        self._node = node
        self._tasks = tasks
        self._owner = node.get_fully_qualified_name().lstrip('/')
        self._hardware_id = platform.node()
        self._publisher = node.create_publisher(DiagnosticArray, TOPIC, 10)
        # Simulated time may stand still; and whatever else the node does, this goes on.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        group = MutuallyExclusiveCallbackGroup()
        node.create_timer(PERIOD_S, self.publish, callback_group=group, clock=steady)

    def publish(self) -> None:
        """Publish one report."""
        report = DiagnosticArray()
        report.header.stamp = self._node.get_clock().now().to_msg()
        report.status = [self._message(task.name, task.run()) for task in self._tasks()]
        self._publisher.publish(report)

    def _message(self, name: str, status: Status) -> DiagnosticStatus:
        return DiagnosticStatus(
            level=bytes([status.level]),
            name=f'{self._owner}: {name}',
            message=status.message,
            hardware_id=self._hardware_id,
            values=[KeyValue(key=k, value=_text(v)) for k, v in status.values.items()],
        )


def worst(findings: Sequence[tuple[Level, str]], otherwise: str) -> tuple[Level, str]:
    """Return the weightiest level and all messages, the weightiest first."""
    if not findings:
        return Level.OK, otherwise
    ordered = sorted(findings, key=lambda finding: -WEIGHT.index(finding[0]))
    return ordered[0][0], '; '.join(message for _, message in ordered)


def _text(value: object) -> str:
    return f'{value:.2f}' if isinstance(value, float) else str(value)
