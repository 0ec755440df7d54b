# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Settings of the C library's allocator for a process that moves camera images."""

from __future__ import annotations

import ctypes

# Numbers from glibc's malloc.h.
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3

MEBIBYTE = 1 << 20


def keep_image_buffers() -> bool:
    """Let freed image buffers be used again instead of going back to the kernel each time.

    By default glibc maps every block above 128 kB afresh and the kernel clears its pages: for an
    image of 6 MB that costs more than all the rest of receiving it. Returns False without glibc.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    kept = mallopt(M_MMAP_THRESHOLD, 32 * MEBIBYTE)
    return bool(kept and mallopt(M_TRIM_THRESHOLD, 1024 * MEBIBYTE))
