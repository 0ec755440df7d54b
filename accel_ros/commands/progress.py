# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""How far an engine is: a bar on a terminal, a line every two seconds elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TextIO

from tqdm import tqdm

from accel_ros.engines.watch import Progress, Watch

PERIOD_S = 2.0
BAR = '{desc} |{bar:20}| {percentage:3.0f} % {elapsed}'


class ShowProgress:
    """Shows the progress of a block: `with ShowProgress() as watch: open_engine(..., watch)`."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Write to a stream, by default to stderr; nothing is shown before there is progress."""
        self._stream = stream or sys.stderr
        self._bar: tqdm[None] | None = None
        self._next = 0.0

    def __enter__(self) -> Watch:
        """Return what hears of the progress. Ctrl-C needs no help: it ends the block."""
        return Watch(self.report)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()

    def report(self, progress: Progress) -> None:
        """Show how far it is."""
        if not self._stream.isatty():
            self._line(progress)
            return
        if self._bar is None:
            self._bar = tqdm(total=100, bar_format=BAR, leave=False, file=self._stream)
        self._bar.desc = progress.phase[:60]
        self._bar.n = progress.percent
        self._bar.refresh()

    def _line(self, progress: Progress) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + PERIOD_S
            self._stream.write(f'building: {progress}\n')
            self._stream.flush()
