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

    The same line comes at most once in `QUIET_S` seconds, and no more than `MOST_LINES` lines in
    all: a camera that sends thirty bad frames a second, each bad in its own way, fills no log.
    A bad spell that was spoken of gets its end spoken of, too.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with nothing said; `clock` gives seconds."""
        self._clock = clock
        self._said: dict[str, float] = {}  # error -> when it was said
        self._lines: list[float] = []  # when any line was said
        self._withheld = 0
        self._spoken_of = False

    def hear(self, reason: str) -> str | None:
        """Take note of an error; returns the line to log, or None when it is better kept quiet."""
        now = self._forget()
        if reason in self._said or len(self._lines) > MOST_LINES - 2:  # the end has to fit, too
            self._withheld += 1
            return None
        more = f' ({self._withheld} more left out)' if self._withheld else ''
        self._withheld = 0
        self._spoken_of = True
        self._said[reason] = now
        self._lines.append(now)
        return reason + more

    def settle(self) -> str | None:
        """Take note of a good frame; returns a line to log when it ends a spell spoken of."""
        if not self._spoken_of:
            return None
        self._spoken_of = False
        self._lines.append(self._forget())
        return 'frames are usable again'

    def _forget(self) -> float:
        """Forget what was said long ago; returns the time."""
        now = self._clock()
        self._said = {line: at for line, at in self._said.items() if now - at < QUIET_S}
        self._lines = [at for at in self._lines if now - at < QUIET_S]
        return now


def describe(error: Exception) -> str:
    """Return an error on one line: an AccelError's own words, a library's with its type."""
    return (
        str(error)
        if isinstance(error, AccelError)
        else f'{type(error).__name__}: {one_line(error)}'
    )
