# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Recorded frames from a rosbag2 (mcap or sqlite3), without ROS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from accel_ros.errors import SourceError, one_line
from accel_ros.images import decode, decode_compressed
from accel_ros.pipeline import Frame

IMAGE = 'sensor_msgs/msg/Image'
COMPRESSED = 'sensor_msgs/msg/CompressedImage'
DEFAULT_FPS = 10.0


class BagSource:
    """The images of one topic in the order of the recording, with the stamps of their headers."""

    def __init__(self, path: Path, topic: str | None = None) -> None:
        """Choose the topic: the one that is named, or the bag's only image topic."""
        self._path = path
        rosbags = _import()
        self._types = rosbags.typesys.get_typestore(rosbags.typesys.Stores.ROS2_HUMBLE)
        try:
            with rosbags.rosbag2.Reader(path) as reader:
                counts = {
                    connection.topic: connection.msgcount
                    for connection in reader.connections
                    if connection.msgtype in (IMAGE, COMPRESSED)
                }
                seconds = reader.duration / 1e9
        except Exception as cause:
            raise self._unreadable(cause) from cause
        self._topic = self._choose(counts, topic)
        count = counts[self._topic]
        self.count: int | None = count
        self.fps = min(max(count / seconds, 1.0), 120.0) if seconds > 0 else DEFAULT_FPS

    def __iter__(self) -> Iterator[Frame]:
        """Yield every image; an unreadable one ends it with a SourceError."""
        index = 0
        try:
            with _import().rosbag2.Reader(self._path) as reader:
                wanted = [c for c in reader.connections if c.topic == self._topic]
                for connection, _, data in reader.messages(connections=wanted):
                    yield self._frame(connection.msgtype, data)
                    index += 1
        except Exception as cause:
            raise SourceError(
                f'frame {index} of topic {self._topic} in {self._path} cannot be read: '
                f'{one_line(cause)}'
            ) from cause

    def _frame(self, kind: str, data: bytes) -> Frame:
        message: Any = self._types.deserialize_cdr(data, kind)
        stamp = message.header.stamp.sec * 10**9 + message.header.stamp.nanosec
        if kind == COMPRESSED:
            return Frame(*decode_compressed(message.data, message.format), stamp)
        return Frame(*decode(message), stamp)

    def _choose(self, counts: dict[str, int], topic: str | None) -> str:
        topics = sorted(name for name, count in counts.items() if count > 0)
        listed = f'its image topics are: {", ".join(topics)}'
        if not topics:
            raise SourceError(f'bag {self._path} has no image messages; name another bag')
        if topic is None and len(topics) > 1:
            raise SourceError(f'bag {self._path} has several; choose one with --topic; {listed}')
        if topic is not None and topic not in topics:
            raise SourceError(f'bag {self._path} has no images on topic {topic}; {listed}')
        return topic or topics[0]

    def _unreadable(self, cause: Exception) -> SourceError:
        return SourceError(
            f'bag {self._path} cannot be read: {one_line(cause)}; try ros2 bag reindex'
        )


def _import() -> Any:
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
