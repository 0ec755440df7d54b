# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What a process that moves images through ROS needs before ROS starts in it."""

from __future__ import annotations

import os
import signal
import threading

from accel_ros import resources
from accel_ros.node.memory import keep_image_buffers

FAST_DDS_3, FAST_DDS_2 = 'FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE'
WITH_FAST_DDS_2 = ('humble', 'iron', 'jazzy')


def prepare() -> None:
    """Keep freed image buffers, and let big images pass through shared memory.

    A Fast DDS profile of the user stays.
    """
    keep_image_buffers()
    profile = resources.find('config/fastdds.xml')
    if profile is None or os.environ.get(FAST_DDS_3) or os.environ.get(FAST_DDS_2):
        return
    # Only one of the two: version 3 reads both, and complains about a profile that comes twice.
    name = FAST_DDS_2 if os.environ.get('ROS_DISTRO') in WITH_FAST_DDS_2 else FAST_DDS_3
    os.environ[name] = str(profile)


def until_signal() -> threading.Event:
    """Return an event that SIGINT or SIGTERM sets; a second one ends a process that hangs."""
    stopped = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM)

    def stop(_: int, __: object) -> None:
        stopped.set()
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)

    for number in numbers:
        signal.signal(number, stop)
    return stopped
