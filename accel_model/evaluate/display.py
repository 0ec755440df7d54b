# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What a waiting user sees: the table as it grows, and how long it will still take."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from accel_model.evaluate import tables
from accel_model.evaluate.result import Row

FRAME = 8  # lines of the terminal that are not rows


class Display:
    """
    A context manager; writes to the terminal behind stderr, and leaves nothing there.

    :param frames: how many will be processed
    """

    def __init__(self, frames: int) -> None:
        self._console = Console(stderr=True)
        columns = (
            TextColumn('{task.description}'),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn('frames,'),
            TimeRemainingColumn(),
            TextColumn('left'),
        )
        self._progress = Progress(*columns, console=self._console, speed_estimate_period=120)
        self._task = self._progress.add_task('evaluating', total=frames)
        self._live = Live(self._progress, console=self._console, transient=True)

    def __enter__(self) -> Display:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def begin(self, what: str) -> None:
        """Say what is under way."""
        self._progress.update(self._task, description=what)

    def advance(self) -> None:
        """Count a frame."""
        self._progress.advance(self._task)

    def show(self, rows: Sequence[Row]) -> None:
        """Show the last rows that there is room for."""
        room = max(self._console.height - FRAME, 1)
        self._live.update(Group(tables.summary(rows[-room:]), self._progress))
