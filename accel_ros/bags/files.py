# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""One file of a bag, opened as it lies there, or unpacked beside it where it is compressed."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from accel_ros.bags.messages import Stored, Topic, rosbags
from accel_ros.bags.salvage import Note, salvage
from accel_ros.errors import SourceError, one_line

PACKED = '.zstd'
BLOCK = 1 << 17  # bytes that are unpacked at a time
ZSTD = b'\x28\xb5\x2f\xfd'  # what its data begin with; a message in CDR begins with 0


def topics_of(file: Path) -> tuple[list[Topic], int, int]:
    """Return the topics of a file and the times of its first and last message, in nanoseconds.

    Raises what rosbags raises for a damaged one.
    """
    with unpacked(file) as plain, rosbags().rosbag2.Reader(plain) as reader:
        topics = [
            Topic(c.topic, c.msgtype, c.msgcount, tuple(c.ext.offered_qos_profiles))
            for c in reader.connections
        ]
        return topics, reader.start_time, reader.end_time


def messages_of(file: Path, topics: Collection[str], note: Note) -> Iterator[Stored]:
    """Yield the messages of some topics in the order of their times.

    Where the file is damaged, `note` hears of it, and what else can be read of it follows.
    """
    with unpacked(file) as plain:
        last_ns = -1
        try:
            for message in _in_order(plain, topics):
                last_ns = message.at_ns
                yield _decompressed(message)
            return
        except SourceError:
            raise
        except Exception as cause:  # whatever a library makes of arbitrary bytes
            note(one_line(cause))
        for message in salvage(plain, note):
            if message.topic in topics and message.at_ns > last_ns:
                yield _decompressed(message)


def _in_order(file: Path, topics: Collection[str]) -> Iterator[Stored]:
    with rosbags().rosbag2.Reader(file) as reader:
        wanted = [c for c in reader.connections if c.topic in topics]
        if wanted:  # without, rosbags would read all
            for connection, at_ns, data in reader.messages(wanted):
                yield Stored(connection.topic, connection.msgtype, at_ns, bytes(data))


def _decompressed(message: Stored) -> Stored:
    """Return a message that was compressed by itself as it was before."""
    if not message.data.startswith(ZSTD):
        return message
    data = _zstd().decompress(message.data)
    return Stored(message.topic, message.kind, message.at_ns, data)


@contextlib.contextmanager
def unpacked(file: Path) -> Iterator[Path]:
    """Give a file that is compressed as a whole a plain copy for as long as it is needed."""
    if file.suffix != PACKED:
        yield file
        return
    with tempfile.TemporaryDirectory(prefix='accel-bag-') as folder:
        plain = Path(folder) / file.stem
        with file.open('rb') as packed, plain.open('wb') as target:
            # A truncated file still gives its beginning.
            with contextlib.suppress(EOFError), _zstd().open(packed, 'rb') as content:
                while block := content.read1(BLOCK):
                    target.write(block)
        yield plain


def _zstd() -> Any:
    """Return the zstd of the standard library, or the copy of it that rosbags brings along."""
    rosbags()
    try:
        from compression import zstd
    except ImportError:
        from backports import zstd
    return zstd
