# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What a bag consists of: topics, and messages as bytes; images made of them."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Literal

from accel_ros.errors import SourceError, one_line
from accel_ros.images import decode, decode_compressed
from accel_ros.pipeline import Frame

IMAGE = 'sensor_msgs/msg/Image'
COMPRESSED = 'sensor_msgs/msg/CompressedImage'


@dataclass(frozen=True)
class Topic:
    """A topic of a bag; `count` is how many messages it has, 0 where the bag does not tell."""

    name: str
    kind: str  # such as sensor_msgs/msg/Image
    count: int
    profiles: tuple[Any, ...] = ()  # the QoS of its publishers, as rosbags has them

    @property
    def holds_images(self) -> bool:
        """Whether its messages are images."""
        return self.kind in (IMAGE, COMPRESSED)


@dataclass(frozen=True)
class Stored:
    """A message as it was recorded: CDR, and the time of its arrival by the recorder's clock."""

    topic: str
    kind: str
    at_ns: int
    data: bytes


def frame_of(message: Stored) -> Frame:
    """Return the image in a message of type IMAGE or COMPRESSED, stamped by its header.

    Raises ImageError, or what rosbags raises for bytes that are no such message.
    """
    content = _types().deserialize_cdr(message.data, message.kind)
    stamp = content.header.stamp.sec * 10**9 + content.header.stamp.nanosec
    if message.kind == COMPRESSED:
        return Frame(*decode_compressed(content.data, content.format), stamp)
    return Frame(*decode(content), stamp)


def stamp_of(message: Stored) -> int:
    """Return the stamp of a message that begins with a header, in nanoseconds."""
    order: Literal['little', 'big'] = 'little' if message.data[1] & 1 else 'big'
    seconds, rest = (int.from_bytes(message.data[i : i + 4], order) for i in (4, 8))
    return seconds * 10**9 + rest


def rosbags() -> Any:
    """Import rosbags when a bag is read, so that the rest works without it."""
    try:
        import rosbags.rosbag2
        import rosbags.typesys
    except ImportError as cause:
        raise SourceError(
            f'bags need the package rosbags: {one_line(cause)}; '
            "pip install rosbags (or this package's extra [bag])"
        ) from cause
    return rosbags


@functools.cache
def _types() -> Any:
    typesys = rosbags().typesys
    return typesys.get_typestore(typesys.Stores.ROS2_HUMBLE)
