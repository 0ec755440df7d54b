# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What all processes of one demo share, and how it tells its steps."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PROFILE = REPOSITORY / 'config' / 'fastdds.xml'


class Interrupts:
    """Turns the signals that end a process into KeyboardInterrupt, except while they are held."""

    def __init__(self) -> None:
        """Take the signals over."""
        self._holding = False
        self._waiting = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._arrive)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Let the block end first: what it starts, it also notes down for its end."""
        self._holding = True
        try:
            yield
        finally:
            self._holding = False
        if self._waiting:
            raise KeyboardInterrupt

    def _arrive(self, number: int, _: object) -> None:
        if not self._holding:
            raise KeyboardInterrupt(number)
        self._waiting = True


class Session:
    """The ROS environment of this process and of those that it starts.

    Unless the user chose a domain, the demo takes one of its own, so that it neither hears nor
    disturbs a robot that is running on the same network.
    """

    def __init__(self) -> None:
        """Set the environment."""
        own = 'ROS_DOMAIN_ID' not in os.environ
        if own:
            os.environ['ROS_DOMAIN_ID'] = str(1 + os.getpid() % 100)
        os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
        old = os.environ.get('ROS_DISTRO') in ('humble', 'jazzy')
        fast_dds = 'FASTRTPS' if old else 'FASTDDS'
        os.environ.setdefault(f'{fast_dds}_DEFAULT_PROFILES_FILE', str(PROFILE))
        domain = f'ROS_DOMAIN_ID={os.environ["ROS_DOMAIN_ID"]} ' if own else ''
        self.watch = f'{domain}rviz2 -d config/rviz/segment.rviz'


class Steps:
    """Numbered steps on the terminal; `name` is the current one."""

    def __init__(self, total: int) -> None:
        """Expect so many steps."""
        self.name = ''
        self._total = total
        self._number = 0
        self._began = time.monotonic()

    def begin(self, name: str) -> None:
        """Say that the next step begins, and how long the one before took."""
        self.end()
        self._number += 1
        self.name = name
        self._began = time.monotonic()
        print(f'demo: [{self._number}/{self._total}] {name} ...', flush=True)

    def say(self, text: str) -> None:
        """Say something about the current step."""
        print(f'demo:       {text}', flush=True)

    def end(self) -> None:
        """Say how long the current step took."""
        if self.name:
            self.say(f'done, {time.monotonic() - self._began:.1f} s')
