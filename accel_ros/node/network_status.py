# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""How the network is: loaded, being loaded, or why it is not there."""

from __future__ import annotations

from accel_ros import __version__
from accel_ros.node.diagnostics import Level, Status
from accel_ros.node.memory import resident_bytes
from accel_ros.node.parameters import Parameters
from accel_ros.node.situation import Story


class NetworkTask:
    """Reports on the engine that all cameras share, and on the process around it."""

    name = 'network'

    def __init__(self, story: Story, parameters: Parameters) -> None:
        self._story = story
        self._parameters = parameters

    def run(self) -> Status:
        """Return how the network is."""
        now = self._story.now
        level, message = self._verdict()
        values = {
            'lifecycle state': now.phase,
            'engine state': now.engine_state,
            'network': now.network,
            'engine': now.engine,
            'bundle': self._parameters.bundle,
            'backend': self._parameters.backend,
            'process memory (MiB)': round(resident_bytes() / (1 << 20)),
            'version': __version__,
        }
        return Status(level, message, values)

    def _verdict(self) -> tuple[Level, str]:
        now = self._story.now
        obstacle = not_working(self._story)
        if obstacle and (now.failure or now.phase not in ('inactive', 'active')):
            return obstacle
        return Level.OK, f'{now.network} is ready: {now.engine}'


def not_working(story: Story) -> tuple[Level, str] | None:
    """Return why the node does not work on images, or None when it does."""
    now = story.now
    if now.failure:
        return Level.ERROR, now.failure
    if now.phase == 'configuring':
        return Level.WARN, f'loading the network since {story.elapsed_s():.0f} s'
    if now.phase != 'active':
        return Level.STALE, f'the node is {now.phase}; {WAY_OUT[now.phase]}'
    return None


WAY_OUT = {
    'unconfigured': 'configure and activate it',
    'inactive': 'activate it',
    'finalized': 'start it again',
}
