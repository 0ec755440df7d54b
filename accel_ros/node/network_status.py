# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""How the network is: loaded, being loaded, or why it is not there."""

from __future__ import annotations

from accel_ros import __version__
from accel_ros.node.diagnostics import Level, Status
from accel_ros.node.memory import resident_bytes
from accel_ros.node.situation import Story


class NetworkTask:
    """Reports on the engine that all cameras share, and on the process around it."""

    name = 'network'

    def __init__(self, story: Story) -> None:
        self._story = story

    def run(self) -> Status:
        """Return how the network is."""
        now = self._story.now
        values: dict[str, object] = {
            'lifecycle state': now.phase,
            'engine state': now.engine_state,
            'process memory (MiB)': round(resident_bytes() / (1 << 20)),
            'version': __version__,
        }
        if now.progress is not None:
            values['build phase'] = now.progress.phase
            values['build progress (%)'] = round(now.progress.percent)
        if now.network is None:
            return Status(*not_working(self._story) or (Level.WARN, 'starting'), values)
        values |= {
            'network': now.network.name,
            'bundle': now.network.bundle,
            'backend': now.network.backend,
            'engine': now.network.engine,
        }
        if now.failure:
            return Status(Level.ERROR, now.failure, values)
        return Status(Level.OK, f'{now.network.name} is ready: {now.network.engine}', values)


def not_working(story: Story) -> tuple[Level, str] | None:
    """Return why the node does not work on images, or None when it does."""
    now = story.now
    if now.failure:
        return Level.ERROR, now.failure
    if now.progress is not None:
        since = f'since {story.elapsed_s():.0f} s'
        return Level.WARN, f'building the engines {since}: {now.progress}'
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
