# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""One line per frame of a run, written as the frames come: frames-N.csv."""

from __future__ import annotations

import csv
import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Record:
    """A frame of a run. Times are in milliseconds, shares from 0 to 1; None: not measured."""

    number: int  # its place in the recording
    stamp_ns: int
    arrival_ns: int
    kind: str
    reason: str
    frames_since_keyframe: int
    drift: float | None
    decode_ms: float
    convert_ms: float
    infer_ms: float
    total_ms: float  # from the message to labels at the image's size
    accuracy: float | None  # share of the labelled pixels that are right
    agreement: float | None  # share of the pixels labelled as frame by frame
    consistency: float | None  # share of the followed pixels that keep their label
    age_ms: float | None = None  # from the stamp to the labels; measured live only


FIELDS = tuple(field.name for field in dataclasses.fields(Record))


class RecordFile:
    """Appends records to a file; what a stopped run wrote after `done` frames is cut off."""

    def __init__(self, path: Path, size: int) -> None:
        """Open it for appending after `size` bytes, 0 for a new file. Raises OSError."""
        self._file = path.open('a+', newline='', encoding='utf-8')
        self._file.truncate(size)
        self._rows = csv.writer(self._file)
        if not size:
            self._rows.writerow(FIELDS)

    def add(self, record: Record) -> None:
        """Append a record."""
        values = dataclasses.astuple(record)
        self._rows.writerow([_text(value) for value in values])

    def flush(self) -> int:
        """Hand everything to the system; returns the file's size in bytes."""
        self._file.flush()
        return self._file.tell()

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


@dataclass(frozen=True)
class Columns:
    """The records of a run as arrays of one length; nan: not measured."""

    number: np.ndarray
    stamp_ns: np.ndarray
    arrival_ns: np.ndarray
    key: np.ndarray  # bool
    reason: np.ndarray  # str
    drift: np.ndarray
    total_ms: np.ndarray
    accuracy: np.ndarray
    agreement: np.ndarray
    age_ms: np.ndarray


def read_columns(path: Path) -> Columns:
    """Read the records of a run. Raises OSError."""
    columns: dict[str, list[str]] = {name: [] for name in FIELDS}
    with path.open(newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            for name in FIELDS:
                columns[name].append(row[name])

    def integers(name: str) -> np.ndarray:
        return np.array([int(text) for text in columns[name]], np.int64)

    def floats(name: str) -> np.ndarray:
        return np.array([float(text or 'nan') for text in columns[name]], np.float64)

    return Columns(
        number=integers('number'),
        stamp_ns=integers('stamp_ns'),
        arrival_ns=integers('arrival_ns'),
        key=np.array([kind == 'key' for kind in columns['kind']], bool),
        reason=np.array(columns['reason'], dtype=object),
        drift=floats('drift'),
        total_ms=floats('total_ms'),
        accuracy=floats('accuracy'),
        agreement=floats('agreement'),
        age_ms=floats('age_ms'),
    )


def _text(value: object) -> object:
    if value is None:
        return ''
    return f'{value:.9g}' if isinstance(value, float) else value
