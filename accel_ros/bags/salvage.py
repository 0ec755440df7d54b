# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What can be read of a damaged bag file: in its own order, up to or around the damage."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from accel_ros.bags.messages import Stored
from accel_ros.errors import SourceError, one_line

Note = Callable[[str], None]


def salvage(file: Path, note: Note) -> Iterator[Stored]:
    """Yield the readable messages of a damaged .mcap or .db3 file; `note` hears what is lost."""
    return (_mcap if file.suffix == '.mcap' else _sqlite)(file, note)


def _mcap(file: Path, note: Note) -> Iterator[Stored]:
    """Go from record to record, without the index at the end; a damaged chunk is passed over."""
    reader, records = _import()
    channels: dict[int, tuple[str, str]] = {}
    schemas: dict[int, str] = {}
    with file.open('rb') as stream:
        try:
            for record in reader.StreamReader(stream, emit_chunks=True).records:
                for part in _parts(record, reader, records, note):
                    if isinstance(part, records.Schema):
                        schemas[part.id] = part.name
                    elif isinstance(part, records.Channel):
                        channels[part.id] = part.topic, schemas.get(part.schema_id, '')
                    elif isinstance(part, records.Message) and part.channel_id in channels:
                        yield Stored(*channels[part.channel_id], part.log_time, part.data)
        except Exception as cause:  # whatever a library makes of arbitrary bytes
            size = file.stat().st_size
            note(f'it ends at byte {stream.tell()} of {size}: {one_line(cause)}')


def _parts(record: Any, reader: Any, records: Any, note: Note) -> list[Any]:
    """Return the records in a chunk, or the record itself where it is none."""
    if not isinstance(record, records.Chunk):
        return [record]
    try:
        return reader.breakup_chunk(record, validate_crc=True)
    except Exception as cause:
        seconds = (record.message_end_time - record.message_start_time) / 1e9
        note(f'a chunk with {seconds:.1f} s of messages is damaged: {one_line(cause)}')
        return []


def _sqlite(file: Path, note: Note) -> Iterator[Stored]:
    """Go through the table of messages until a page is damaged."""
    try:
        base = sqlite3.connect(f'{file.resolve().as_uri()}?mode=ro&immutable=1', uri=True)
        try:
            # Without it SQLite refuses a file that is shorter than its header says.
            base.execute('PRAGMA writable_schema=ON')
            topics = {i: (name, kind) for i, name, kind in base.execute(
                'SELECT id, name, type FROM topics')}  # fmt: skip
            rows = base.execute('SELECT topic_id, timestamp, data FROM messages')
            for topic, at_ns, data in rows:
                if topic in topics:
                    yield Stored(*topics[topic], at_ns, data)
        finally:
            base.close()
    except sqlite3.Error as cause:
        note(f'it cannot be read any further: {one_line(cause)}')


def _import() -> tuple[Any, Any]:
    try:
        from mcap import records, stream_reader
    except ImportError as cause:
        raise SourceError(
            f'damaged mcap files need the package mcap: {one_line(cause)}; '
            "pip install mcap (or this package's extra [bag])"
        ) from cause
    return stream_reader, records
