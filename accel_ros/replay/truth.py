# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""True labels by the stamps of their images: a topic of the bag, or a folder of label images."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from accel_ros.bags import Recording, frame_of
from accel_ros.bags.messages import stamp_of
from accel_ros.errors import AccelError, SourceError, one_line
from accel_ros.replay.footage import Problems
from accel_ros.sources import IMAGE_SUFFIXES

WAITING = 64  # label images that may come before the image they belong to
ENCODINGS = ('mono8', '8UC1')


class Truth(Protocol):
    """Label images by stamp."""

    where: str  # in words

    def of(self, stamp_ns: int) -> np.ndarray | None:
        """Return the class ids of the image with this stamp, u8 [h, w]; None: not labelled."""


class NoTruth:
    """There are no labels."""

    where = ''

    def of(self, stamp_ns: int) -> None:
        """Return None."""


class LabelTopic:
    """Labels on a topic of the bag, in the order of their images, however much later or earlier.

    The topic is read by itself, so nothing waits for labels that were recorded long after their
    images; at most WAITING label images are kept.
    """

    def __init__(self, recording: Recording, topic: str, problems: Problems) -> None:
        """Find the stamps of all labels. Raises SourceError for a topic of something else."""
        known = recording.topics.get(topic)
        images = sorted(t.name for t in recording.topics.values() if t.holds_images)
        if known is None or not known.holds_images:
            carried = f'it carries {known.kind}' if known else 'it is not in the bag'
            raise SourceError(
                f'label topic {topic} of {recording.path} has no label images, {carried}; its '
                f'image topics are: {", ".join(images) or "none"}'
            )
        self.where = f'topic {topic}'
        self._recording, self._topic, self._problems = recording, topic, problems
        self._missing = {stamp_of(message) for message in recording.messages({topic})}
        self.count = len(self._missing)
        self._labels = self._read()
        self._waiting: dict[int, np.ndarray] = {}

    def of(self, stamp_ns: int) -> np.ndarray | None:
        """Return the class ids of the image with this stamp."""
        if stamp_ns not in self._missing:
            return None
        self._missing.discard(stamp_ns)
        while stamp_ns not in self._waiting:
            stamp, labels = next(self._labels, (0, None))
            if labels is None:
                return None
            self._waiting[stamp] = labels
            while len(self._waiting) > WAITING:
                self._waiting.pop(next(iter(self._waiting)))
        return self._waiting.pop(stamp_ns)

    def _read(self) -> Iterator[tuple[int, np.ndarray]]:
        for message in self._recording.messages({self._topic}):
            try:
                frame = frame_of(message)
                if frame.encoding not in ENCODINGS:
                    raise SourceError(f'it is {frame.encoding} and labels are mono8')
                yield frame.stamp_ns, frame.image
            except Exception as cause:  # arbitrary bytes
                self._problems.note(
                    f'a label image on {self._topic} is left out: {one_line(cause)}'
                )


class LabelFolder:
    """8-bit label images whose names are the stamps of their images.

    A name is the stamp in nanoseconds, or seconds and nanoseconds with a dot, a dash or an
    underscore between them. Images without stamps go by their numbers.
    """

    def __init__(self, folder: Path, problems: Problems) -> None:
        """List the files. Raises SourceError for a folder without labels."""
        try:
            files = sorted(f for f in folder.iterdir() if f.suffix.lower() in IMAGE_SUFFIXES)
        except OSError as cause:
            raise SourceError(f'labels {folder} cannot be listed: {one_line(cause)}') from cause
        self.where = f'folder {folder}'
        self._problems = problems
        stamps = ((stamp_in(file.stem), file) for file in files)
        self._files = {stamp: file for stamp, file in stamps if stamp is not None}
        if not self._files:
            raise SourceError(
                f'labels {folder} hold no image that is named by a stamp, such as '
                '1700000000123456789.png; name them after the stamps of their images'
            )

    def of(self, stamp_ns: int) -> np.ndarray | None:
        """Return the class ids of the image with this stamp."""
        file = self._files.get(stamp_ns)
        if file is None:
            return None
        try:
            return read_labels(file)
        except (OSError, AccelError) as cause:
            self._problems.note(one_line(cause))
            return None


def stamp_in(name: str) -> int | None:
    """Return the stamp in a file's name, in nanoseconds."""
    match = re.fullmatch(r'(\d+)(?:[._-](\d{9}))?', name)
    if match is None:
        return None
    return int(match[1]) if match[2] is None else int(match[1]) * 10**9 + int(match[2])


def read_labels(file: Path) -> np.ndarray:
    """Return the class ids in an 8-bit grey image, u8 [h, w]. Raises SourceError, OSError."""
    content = np.frombuffer(file.read_bytes(), np.uint8)
    labels = cv2.imdecode(content, cv2.IMREAD_UNCHANGED) if content.size else None
    if labels is None or labels.ndim != 2 or labels.dtype != np.uint8:
        raise SourceError(f'{file} is no 8-bit grey image; save class ids as 8-bit PNG')
    return labels
