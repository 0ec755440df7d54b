# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A whole bag: its topics, and its messages file by file, whatever can be read of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from accel_ros.bags.files import PACKED, messages_of, topics_of, unpacked
from accel_ros.bags.messages import Stored, Topic, rosbags
from accel_ros.bags.salvage import salvage
from accel_ros.errors import SourceError, one_line

METADATA = 'metadata.yaml'
BAG_SUFFIXES = {'.db3', '.mcap'}


class Recording:
    """A bag's folder, or one file of it; one file is open at a time, and nothing is kept.

    :ivar files: in their order
    :ivar topics: by name
    :ivar seconds: from the first message to the last, 0 where the bag does not tell
    """

    def __init__(self, path: Path, note: Callable[[str], None]) -> None:
        """Find the files and topics; `note` hears of everything that cannot be read.

        Raises SourceError where nothing can.
        """
        rosbags()
        self.path = path
        self._note = note
        self.seconds = 0.0
        self.topics: dict[str, Topic] = {}
        metadata = self._metadata() if path.is_dir() else None
        self.files = self._files(metadata)
        if metadata is None:
            self._probe()
        if not self.topics:
            raise SourceError(f'bag {path} has no messages that can be read; name another bag')

    def messages(self, topics: Collection[str]) -> Iterator[Stored]:
        """Yield the messages of some topics; each file's in the order of their times."""
        for file in self.files:
            yield from messages_of(file, topics, partial(self._damage, file))

    def _metadata(self) -> dict[str, Any] | None:
        """Read metadata.yaml; None where there is none that can be used."""
        file = self.path / METADATA
        if not file.exists():
            self._note(f'{self.path} has no {METADATA}; ros2 bag reindex would write it')
            return None
        try:
            content = yaml.safe_load(file.read_text(encoding='utf-8'))
            content = content['rosbag2_bagfile_information']
            parse_qos = rosbags().rosbag2.metadata.parse_qos
            self._add(
                Topic(
                    topic['topic_metadata']['name'],
                    topic['topic_metadata']['type'],
                    int(topic['message_count']),
                    tuple(parse_qos(topic['topic_metadata'].get('offered_qos_profiles') or [])),
                )
                for topic in content['topics_with_message_count']
            )
            self.seconds = content['duration']['nanoseconds'] / 1e9
            return {'files': [str(name) for name in content['relative_file_paths']]}
        except Exception as cause:  # arbitrary YAML
            self.topics.clear()
            self._note(f'{file} cannot be read: {one_line(cause)}; try ros2 bag reindex')
            return None

    def _files(self, metadata: dict[str, Any] | None) -> list[Path]:
        if not self.path.is_dir():
            return [self.path]
        if metadata is not None:
            named = [self.path / Path(name).name for name in metadata['files']]
            for file in named:
                if not file.exists():
                    self._note(f'{file} is missing; copy the whole bag again')
            found = [file for file in named if file.exists()]
        else:
            found = sorted(file for file in self.path.iterdir() if is_bag_file(file))
        if not found:
            raise SourceError(f'bag {self.path} cannot be read: it has no files; copy it again')
        return found

    def _probe(self) -> None:
        """Ask every file for its topics and times."""
        begins, ends = [], []
        for file in self.files:
            try:
                topics, first_ns, last_ns = topics_of(file)
            except Exception as cause:  # whatever a library makes of arbitrary bytes
                self._damage(file, one_line(cause))
                topics, first_ns, last_ns = _count(file)
            if any(topic.count for topic in topics):
                begins.append(first_ns)
                ends.append(last_ns)
            self._add(topics)
        if begins:
            self.seconds = (max(ends) - min(begins)) / 1e9

    def _add(self, topics: Any) -> None:
        for topic in topics:
            known = self.topics.get(topic.name)
            count = topic.count + (known.count if known else 0)
            self.topics[topic.name] = Topic(topic.name, topic.kind, count, topic.profiles)

    def _damage(self, file: Path, why: str) -> None:
        self._note(f'{file} is damaged, {why.rstrip(".")}; record or copy it again')


def _count(file: Path) -> tuple[list[Topic], int, int]:
    """Return topics and times of a damaged file, by reading what can be read of it."""
    found: dict[str, Topic] = {}
    times: list[int] = []
    with unpacked(file) as plain:
        for message in salvage(plain, lambda why: None):
            count = found[message.topic].count if message.topic in found else 0
            found[message.topic] = Topic(message.topic, message.kind, count + 1)
            times = [min([*times[:1], message.at_ns]), max([*times[1:], message.at_ns])]
    return list(found.values()), *(times or (0, 0))


def is_bag_file(file: Path) -> bool:
    """Return whether a file's name is that of a bag file, compressed or not."""
    plain = file.with_suffix('') if file.suffix == PACKED else file
    return plain.suffix in BAG_SUFFIXES
