# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Says what is wrong often enough to be seen and seldom enough to be read."""

from __future__ import annotations

import time
from collections.abc import Callable

from accel_ros.errors import AccelError, one_line

QUIET_S = 10.0
MOST_LINES = 20


class Complaints:
    """Decides which of a stream's errors deserve a log line.

    The same line comes at most once in `QUIET_S` seconds, and no more than `MOST_LINES` different
    ones: a camera that sends thirty bad frames a second, each bad in its own way, fills no log.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with nothing said; `clock` gives seconds."""
        self._clock = clock
        self._said: dict[str, float] = {}  # line -> when it was said
        self._withheld = 0
        self._bad = False

    def hear(self, reason: str) -> str | None:
        """Take note of an error; returns the line to log, or None when it is better kept quiet."""
        self._bad = True
        return self._say(reason)

    def settle(self) -> str | None:
        """Take note of a good frame; returns a line to log when it ends a bad spell."""
        if not self._bad:
            return None
        self._bad = False
        return self._say('frames are usable again')

    def _say(self, line: str) -> str | None:
        now = self._clock()
        self._said = {old: at for old, at in self._said.items() if now - at < QUIET_S}
        if line in self._said or len(self._said) >= MOST_LINES:
            self._withheld += 1
            return None
        self._said[line] = now
        more = f' ({self._withheld} lines like it were left out)' if self._withheld else ''
        self._withheld = 0
        return line + more


def describe(error: Exception) -> str:
    """Return an error on one line: an AccelError's own words, a library's with its type."""
    return (
        str(error)
        if isinstance(error, AccelError)
        else f'{type(error).__name__}: {one_line(error)}'
    )
