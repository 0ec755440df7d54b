# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""rosbag2 recordings (mcap or sqlite3), read without ROS."""

from accel_ros.bags.messages import COMPRESSED, IMAGE, Stored, Topic, frame_of
from accel_ros.bags.recording import BAG_SUFFIXES, Recording
from accel_ros.bags.source import BagSource

__all__ = [
    'BAG_SUFFIXES',
    'COMPRESSED',
    'IMAGE',
    'BagSource',
    'Recording',
    'Stored',
    'Topic',
    'frame_of',
]
