# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""How a process with ROS in it is asked to end."""

from __future__ import annotations

import signal
import threading


def until_signal() -> threading.Event:
    """Return an event that the first signal sets; a second one ends a process that hangs."""
    stopped = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)

    def stop(_: int, __: object) -> None:
        stopped.set()
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)

    for number in numbers:
        signal.signal(number, stop)
    return stopped
