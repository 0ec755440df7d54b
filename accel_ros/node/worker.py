# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The thread that takes frames out of a slot and works on them, one after the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic

from accel_ros.node.slot import Item, NewestSlot, SlotClosed


class Worker(Generic[Item]):
    """Calls `work` with the newest item, again and again, on a thread of its own.

    An exception out of `work` goes to `on_error`; the worker carries on with the next item.
    """

    def __init__(
        self,
        name: str,
        slot: NewestSlot[Item],
        work: Callable[[Item], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        """Start working at once; `name` is the thread's."""
        self._slot = slot
        self._work = work
        self._on_error = on_error
        self._busy_since: float | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def busy_s(self) -> float:
        """Seconds that the item at hand has taken so far; 0 when there is none."""
        since = self._busy_since
        return 0.0 if since is None else time.monotonic() - since

    def stop(self) -> int:
        """Finish the item at hand and end the thread; returns how many waiting items were lost."""
        lost = self._slot.close()
        self._thread.join()
        return lost

    def _run(self) -> None:
        while True:
            try:
                item = self._slot.take()
            except SlotClosed:
                return
            self._busy_since = time.monotonic()
            try:
                self._work(item)
            except Exception as error:  # whatever it is, one frame must not end the camera
                self._on_error(error)
            self._busy_since = None
