# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Footage from a bag's topic, a video or a folder of images."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from accel_ros.bags import Recording, frame_of
from accel_ros.bags.recording import is_bag_file
from accel_ros.bags.source import choose_topic
from accel_ros.errors import SourceError, one_line
from accel_ros.replay.footage import Problems, Shot
from accel_ros.replay.truth import LabelFolder, LabelTopic, NoTruth, Truth
from accel_ros.sources import VideoSource, open_source
from accel_ros.timing import Stopwatch


class BagFootage:
    """One camera topic of a bag."""

    classes = None

    def __init__(
        self,
        path: Path,
        topic: str | None,
        label_topic: str | None,
        label_folder: Path | None,
        problems: Problems,
    ) -> None:
        """Find the topics. Raises SourceError where there is nothing to evaluate."""
        self.problems = problems
        self._recording = Recording(path, problems.note)
        self._topic = choose_topic(self._recording, topic or self._camera(label_topic))
        self._label_topic, self._label_folder = label_topic, label_folder
        self.labels = self._truth().where  # also says at once where there are none
        self.count: int | None = self._recording.topics[self._topic].count
        self.name = f'{path.name}{self._topic if topic else ""}'

    def identity(self) -> dict[str, Any]:
        """Return the bag's files and the topics."""
        return {
            'files': [_fingerprint(file) for file in self._recording.files],
            'topic': self._topic,
            'label_topic': self._label_topic,
            'label_folder': _listing(self._label_folder),
        }

    def shots(self, first: int) -> Iterator[Shot]:
        """Yield the images from number `first` on that can be read."""
        truth = self._truth()
        for number, message in enumerate(self._recording.messages({self._topic})):
            if number < first:
                continue
            watch = Stopwatch()
            try:
                frame = frame_of(message)
            except Exception as cause:  # arbitrary bytes
                self.problems.note(
                    f'image {number} of {self._topic} is left out: {one_line(cause)}'
                )
                continue
            decode_ms = watch.total_ms()
            labels = truth.of(frame.stamp_ns)
            yield Shot(number, frame, message.at_ns, decode_ms, labels)

    def keyframes(self, interval: int) -> frozenset[int]:
        """Return none: a bag is run through as a robot would have."""
        return frozenset()

    def _truth(self) -> Truth:
        if self._label_topic:
            truth = LabelTopic(self._recording, self._label_topic, self.problems)
            if truth.count:
                return truth
            self.problems.note(f'label topic {self._label_topic} has no labels that can be read')
            return NoTruth()
        if self._label_folder:
            return LabelFolder(self._label_folder, self.problems)
        return NoTruth()

    def _camera(self, label_topic: str | None) -> str | None:
        """Return the only image topic beside the labels, if that is so."""
        topics = self._recording.topics.values()
        names = [t.name for t in topics if t.holds_images and t.count and t.name != label_topic]
        return names[0] if len(names) == 1 else None


class FileFootage:
    """A video, or a folder of images; its frames have numbers in place of stamps."""

    classes = None

    def __init__(self, path: Path, label_folder: Path | None, problems: Problems) -> None:
        """Open it. Raises SourceError."""
        self.problems = problems
        self._path, self._label_folder = path, label_folder
        self._source = open_source(path)
        self._truth: Truth = LabelFolder(label_folder, problems) if label_folder else NoTruth()
        self.labels = self._truth.where
        self.name, self.count = path.name, self._source.count

    def identity(self) -> dict[str, Any]:
        """Return the file, or the folder's files."""
        return {'files': _listing(self._path), 'label_folder': _listing(self._label_folder)}

    def shots(self, first: int) -> Iterator[Shot]:
        """Yield the frames from number `first` on, up to the first one that cannot be read."""
        # A folder of images does not tell when they were taken.
        period_ns = int(1e9 / self._source.fps) if isinstance(self._source, VideoSource) else 0
        try:
            for number, frame in enumerate(islice(self._source, first, None), first):
                arrival_ns = (number + 1) * period_ns  # a camera at the video's rate
                yield Shot(number, frame, arrival_ns, labels=self._truth.of(number))
        except SourceError as cause:
            self.problems.note(one_line(cause))

    def keyframes(self, interval: int) -> frozenset[int]:
        """Return none."""
        return frozenset()


def is_bag(path: Path) -> bool:
    """Return whether a path is a bag: a folder of one, or one of its files."""
    if not path.is_dir():
        return is_bag_file(path)
    return (path / 'metadata.yaml').exists() or any(is_bag_file(file) for file in path.iterdir())


def _fingerprint(file: Path) -> list[Any]:
    facts = file.stat()
    return [str(file.resolve()), facts.st_size, facts.st_mtime_ns]


def _listing(path: Path | None) -> list[Any] | None:
    if path is None:
        return None
    return [_fingerprint(f) for f in (sorted(path.iterdir()) if path.is_dir() else [path])]
