# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The memory of a process that moves camera images: the allocator's settings, and its size."""

from __future__ import annotations

import contextlib
import ctypes
import os

# Numbers from glibc's malloc.h.
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8

MEBIBYTE = 1 << 20


def keep_image_buffers() -> bool:
    """Let freed image buffers be used again instead of going back to the kernel each time.

    By default glibc maps every block above 128 kB afresh and the kernel clears its pages: for an
    image of 6 MB that costs more than all the rest of receiving it. One arena serves all threads:
    each activation starts new ones, and their buffers would stay behind in arenas of their own.
    Returns False without glibc.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    settings = (
        (M_ARENA_MAX, 1),
        (M_MMAP_THRESHOLD, 32 * MEBIBYTE),
        (M_TRIM_THRESHOLD, 1024 * MEBIBYTE),
    )
    return all(mallopt(name, value) for name, value in settings)


def give_memory_back() -> None:
    """Return to the kernel what was freed and kept; does nothing without glibc."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def resident_bytes() -> int:
    """Return how much memory this process occupies; 0 where the system does not tell."""
    try:
        with open('/proc/self/statm') as file:
            return int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')
    except (OSError, ValueError, IndexError):
        return 0
