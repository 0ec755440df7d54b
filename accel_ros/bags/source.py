# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The images of a bag as a source that has to be whole: one label image per frame."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from accel_ros.bags.messages import frame_of
from accel_ros.bags.recording import Recording
from accel_ros.errors import SourceError, one_line
from accel_ros.pipeline import Frame

DEFAULT_FPS = 10.0


class BagSource:
    """The images of one topic in the order of the recording, with the stamps of their headers."""

    def __init__(self, path: Path, topic: str | None = None) -> None:
        """Choose the topic: the one that is named, or the bag's only image topic."""
        self._recording = Recording(path, self._refuse)
        self._topic = choose_topic(self._recording, topic)
        count, seconds = self._recording.topics[self._topic].count, self._recording.seconds
        self.count: int | None = count
        self.fps = frame_rate(count, seconds)

    def __iter__(self) -> Iterator[Frame]:
        """Yield every image; an unreadable one ends it with a SourceError."""
        index = 0
        try:
            for message in self._recording.messages({self._topic}):
                yield frame_of(message)
                index += 1
        except Exception as cause:
            raise SourceError(
                f'frame {index} of topic {self._topic} in {self._recording.path} cannot be read: '
                f'{one_line(cause)}'
            ) from cause

    @staticmethod
    def _refuse(what: str) -> NoReturn:
        raise SourceError(f'the bag cannot be read: {what}')


def choose_topic(recording: Recording, topic: str | None) -> str:
    """Return the topic of images that is named, or the only one. Raises SourceError."""
    path = recording.path
    topics = sorted(t.name for t in recording.topics.values() if t.holds_images and t.count > 0)
    listed = f'its image topics are: {", ".join(topics)}'
    if topic in recording.topics and topic not in topics and not recording.topics[topic].count:
        raise SourceError(f'bag {path} has no images on topic {topic}, which is empty; {listed}')
    if not topics:
        raise SourceError(f'bag {path} has no image messages; name another bag')
    if topic is None and len(topics) > 1:
        raise SourceError(f'bag {path} has several; choose one with --topic; {listed}')
    if topic is not None and topic not in topics:
        kind = recording.topics[topic].kind if topic in recording.topics else ''
        carried = f', it carries {kind}' if kind else ''
        raise SourceError(f'bag {path} has no images on topic {topic}{carried}; {listed}')
    return topic or topics[0]


def frame_rate(count: int, seconds: float) -> float:
    """Return frames a second, within what a film can have; DEFAULT_FPS where it is not known."""
    return min(max(count / seconds, 1.0), 120.0) if seconds > 0 else DEFAULT_FPS
