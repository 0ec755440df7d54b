# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What the node is up to: written by its transitions, read by its diagnostics."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from accel_ros.engines.watch import Progress

# The lifecycle's states, and `configuring` on the way from the first to the second.
Phase = Literal['unconfigured', 'configuring', 'inactive', 'active', 'finalized']
EngineState = Literal['none', 'loading', 'building', 'ready', 'failed']


@dataclass(frozen=True)
class Loaded:
    """The network that is there."""

    name: str
    bundle: str  # its folder
    backend: str
    engine: str  # what runs it where


@dataclass(frozen=True)
class Situation:
    """One moment of the node's life."""

    phase: Phase
    since: float  # seconds of a clock that never jumps
    failure: str = ''  # why the last transition was not made
    network: Loaded | None = None
    progress: Progress | None = None  # of the build, where engines have to be built

    @property
    def engine_state(self) -> EngineState:
        """Whether there is an engine, or what has become of it."""
        if self.phase == 'configuring':
            return 'building' if self.progress else 'loading'
        if self.phase in ('inactive', 'active'):
            return 'ready'
        return 'failed' if self.failure else 'none'


class Story:
    """The node's situations, one after the other. Any thread may read `now`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin unconfigured."""
        self._clock = clock
        self.now = Situation('unconfigured', clock())

    def go_on(self, phase: Phase, failure: str = '') -> None:
        """Enter the next phase, or fall back to one because of a failure."""
        network = self.now.network if phase in ('inactive', 'active') else None
        self.now = Situation(phase, self._clock(), failure, network)

    def loaded(self, network: Loaded) -> None:
        """Enter `inactive` with a network."""
        self.now = Situation('inactive', self._clock(), '', network)

    def building(self, progress: Progress) -> None:
        """Say how far the build is that configuring waits for."""
        if self.now.phase == 'configuring':
            self.now = replace(self.now, progress=progress)

    def elapsed_s(self) -> float:
        """Seconds since the current phase began."""
        return self._clock() - self.now.since
