# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The machine that a benchmark ran on, and as little as possible of what else it does."""

from __future__ import annotations

import datetime
import os
import platform
from importlib.metadata import version

from accel_ros.processor import processor


def alone() -> str:
    """Let this process go before all others, where the system allows it; returns what it did.

    Real time leaves one twentieth of every second to the rest. Threads made later inherit it.
    """
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except (AttributeError, OSError):
        return 'beside whatever else the machine does'
    return 'real time (SCHED_FIFO)'


def describe() -> dict[str, str | int]:
    """Name the machine."""
    return {
        'cpu': processor(),
        'cpus': len(os.sched_getaffinity(0)),
        'system': platform.platform(),
        'python': platform.python_version(),
        'onnxruntime': version('onnxruntime'),
        'torch': version('torch'),
        'date': datetime.date.today().isoformat(),
    }
