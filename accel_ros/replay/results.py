# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What came out of a run, ready for a report; and of the same run on several recordings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from accel_ros.bundle import Bundle
from accel_ros.replay.bundle_pass import LIVE, OFFLINE, REFERENCE, SAME, records_file
from accel_ros.replay.realtime import RealTime, simulate
from accel_ros.replay.records import Columns, read_columns
from accel_ros.replay.tally import Tally


@dataclass(frozen=True)
class RunResult:
    """A bundle at one interval on one recording.

    :ivar mode: OFFLINE, LIVE or SAME
    :ivar worst: the worst frames, worst first: number, share, picture, against what
    """

    bundle: str
    variant: str
    interval: int
    mode: str
    tally: Tally
    columns: Columns
    real_time: RealTime | None
    worst: tuple[dict[str, Any], ...] = ()

    @property
    def key(self) -> tuple[str, str, int]:
        """Return what tells the runs of one recording apart."""
        return self.bundle, self.mode, self.interval


@dataclass(frozen=True)
class SequenceResult:
    """All runs on one recording."""

    name: str
    source: str
    labels: str
    class_names: tuple[str, ...]
    engines: tuple[str, ...]  # what ran the bundles
    problems: tuple[str, ...]
    runs: tuple[RunResult, ...]


def read_runs(title: str, bundle: Bundle, folder: Path, state: dict[str, Any]) -> list[RunResult]:
    """Read the results that a pass has left in a folder. Raises OSError."""
    all_images = read_columns(folder / records_file(REFERENCE)).number
    found = []
    for name, entry in state['runs'].items():
        mode, _, interval = name.rpartition('-')
        columns = read_columns(folder / records_file(name))
        tally = Tally.of(bundle.classes)
        tally.load(entry['tally'])
        pictures = folder / f'worst-{name}'
        found.append(
            RunResult(
                bundle=title,
                variant=bundle.manifest.variant,
                interval=int(interval),
                mode=mode or OFFLINE,
                tally=tally,
                columns=columns,
                real_time=_real_time(mode, int(interval), columns, all_images),
                worst=tuple({**e, 'file': str(pictures / e['file'])} for e in entry['worst']),
            )
        )
    return found


def _real_time(
    mode: str, interval: int, columns: Columns, all_images: np.ndarray
) -> RealTime | None:
    """Return what a live run measured, or what an offline one would have."""
    if mode == LIVE:
        places = np.searchsorted(all_images, columns.number)
        return RealTime(len(all_images), places, columns.age_ms, since_stamp=True)
    return None if mode == SAME else simulate(columns, interval)


@dataclass(frozen=True)
class Group:
    """The same run on one or several recordings."""

    runs: Sequence[RunResult]

    @property
    def first(self) -> RunResult:
        """Return the run on the first of them."""
        return self.runs[0]

    @property
    def tally(self) -> Tally:
        """Return the counts over all recordings."""
        first = self.runs[0].tally
        total = Tally(first.truth.empty(), first.reference.empty())
        for run in self.runs:
            total.merge(run.tally)
        return total


def groups(sequences: Sequence[SequenceResult]) -> list[Group]:
    """Put the runs of all recordings together that are the same but for the recording."""
    found: dict[tuple[str, str, int], list[RunResult]] = {}
    for sequence in sequences:
        for run in sequence.runs:
            found.setdefault(run.key, []).append(run)
    return [Group(runs) for runs in found.values()]
