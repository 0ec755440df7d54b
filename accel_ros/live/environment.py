# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What a process that moves images through ROS needs before ROS starts in it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from accel_ros import resources
from accel_ros.node.memory import keep_image_buffers

FAST_DDS_3, FAST_DDS_2 = 'FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE'
WITH_FAST_DDS_2 = ('humble', 'iron', 'jazzy')


def dds_profile(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variable that lets big images pass through shared memory with Fast DDS.

    Nothing, where the user has a profile already.
    """
    profile = resources.find('config/fastdds.xml')
    if profile is None or environment.get(FAST_DDS_3) or environment.get(FAST_DDS_2):
        return {}
    # Only one of the two: version 3 reads both, and complains about a profile that comes twice.
    name = FAST_DDS_2 if environment.get('ROS_DISTRO') in WITH_FAST_DDS_2 else FAST_DDS_3
    return {name: str(profile)}


def prepare() -> None:
    """Keep freed image buffers, and let big images through; before rclpy is initialised."""
    keep_image_buffers()
    os.environ.update(dds_profile(os.environ))
