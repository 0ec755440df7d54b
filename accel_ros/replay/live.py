# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What a live run left behind: labels by stamp, and the timing of every image."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np

from accel_ros.bundle import Bundle
from accel_ros.engines import Engine
from accel_ros.errors import SourceError, one_line
from accel_ros.keyframes import Kind, Landing, Progress, Reason
from accel_ros.pipeline import Pipeline, Segmentation
from accel_ros.replay.footage import Shot
from accel_ros.replay.run import Answer
from accel_ros.replay.truth import read_labels

LABELS, TIMING = 'labels', 'timing.csv'
FIELDS = (
    'stamp_ns', 'kind', 'keyframe_reason', 'frames_since_keyframe', 'keyframe_interval', 'drift',
    'wait_ms', 'convert_ms', 'infer_ms', 'publish_ms', 'total_ms', 'age_ms',
    'received', 'processed', 'dropped', 'keyframe_landing',
)  # fmt: skip


class LiveRecording:
    """The folder that `accel-ros record` writes."""

    def __init__(self, folder: Path) -> None:
        """Read the timing. Raises SourceError where it cannot be used."""
        self.folder = folder
        file = folder / TIMING
        try:
            with file.open(newline='', encoding='utf-8') as lines:
                rows = [row for row in csv.DictReader(lines) if row.get('dropped')]
            # A bag that was played in a loop comes by again: its first lap counts.
            self._rows = {int(row['stamp_ns']): row for row in reversed(rows)}
            intervals = Counter(int(row['keyframe_interval']) for row in rows)
        except (OSError, ValueError, KeyError, csv.Error) as cause:
            raise SourceError(
                f'{file} cannot be read: {one_line(cause)}; record the live run again'
            ) from cause
        if not rows:
            raise SourceError(f'{file} holds no image: the node labelled none; see docs/no_output')
        self.interval = intervals.most_common(1)[0][0]

    def identity(self) -> dict[str, Any]:
        """Return what tells this run from another one."""
        facts = (self.folder / TIMING).stat()
        return {'live': str(self.folder.resolve()), 'facts': [facts.st_size, facts.st_mtime_ns]}

    def timing(self, stamp_ns: int) -> dict[str, str] | None:
        """Return the timing of an image; None: it was dropped."""
        return self._rows.get(stamp_ns)

    def labels(self, stamp_ns: int) -> np.ndarray | None:
        """Return the labels of an image, u8 [h, w]; None: it has none. Raises SourceError."""
        file = self.folder / LABELS / f'{stamp_ns}.png'
        return read_labels(file) if file.exists() else None


@dataclass(frozen=True)
class AsThen:
    """What the node decided on one image: a policy, and a rule for the keyframe under way."""

    reason: Reason = ''
    outcome: Landing = ''
    interval: int = 1_000_000  # without end: the node has decided already
    cut: float | None = None

    @classmethod
    def of(cls, row: dict[str, str]) -> AsThen:
        """Read the decision from an image's timing; words that are not ours are left out."""
        reason, outcome = row['keyframe_reason'], row.get('keyframe_landing') or ''
        return cls(
            reason if reason in get_args(Reason) else '',  # type: ignore[arg-type]
            outcome if outcome in get_args(Landing) else '',  # type: ignore[arg-type]
        )

    def due(self, progress: Progress) -> Reason:
        """Begin a keyframe beside an update where the node did."""
        return self.reason

    def landing(self, frame: int, delay: int, ready: Callable[[], bool]) -> Landing:
        """Let the keyframe under way end as it did."""
        return self.outcome


class LiveLabeller:
    """Gives images the labels that the node gave them."""

    def __init__(self, live: LiveRecording) -> None:
        self._live = live

    def label(self, shot: Shot) -> Answer | None:
        """Return labels and timing of a live image; None: it was dropped."""
        stamp = shot.frame.stamp_ns
        row, labels = self._live.timing(stamp), self._live.labels(stamp)
        if row is None or labels is None:
            return None
        kind: Kind = 'key' if row['kind'] == 'key' else 'update'
        decision = AsThen.of(row)
        result = Segmentation(
            labels=labels,
            network_confidence=np.zeros((0, 0), np.uint8),
            kind=kind,
            reason=decision.reason,
            frames_since_keyframe=int(row['frames_since_keyframe']),
            drift=_number(row['drift']),
            convert_ms=float(row['convert_ms']),
            infer_ms=float(row['infer_ms']),
            landing=decision.outcome,
        )
        return Answer(result, float(row['total_ms']), _number(row['age_ms']))

    def close(self) -> None:
        """Nothing is held."""


class SameImagesLabeller:
    """The pipeline alone on the images that a node labelled, with its keyframes and landings.

    Whatever the node dropped, these labels have to be its own, pixel by pixel.
    """

    def __init__(self, bundle: Bundle, engine: Engine, live: LiveRecording) -> None:
        self._pipeline = Pipeline(bundle, engine, max_gap_s=None)
        self._may_land = 'propagate' in bundle.manifest.graphs
        self._live = live
        self._begun = False

    def label(self, shot: Shot) -> Answer | None:
        """Process an image that the node labelled; None before its first keyframe."""
        row = self._live.timing(shot.frame.stamp_ns)
        if row is None:
            return None
        key = row['kind'] == 'key'
        self._begun = self._begun or key
        if not self._begun:
            return None
        if key:
            self._pipeline.reset()
        self._pipeline.policy = then = AsThen.of(row)
        self._pipeline.landings = then if self._may_land else None
        result = self._pipeline.process(shot.frame)
        return Answer(result, shot.decode_ms + result.convert_ms + result.infer_ms)

    def close(self) -> None:
        """Let go of the state."""
        self._pipeline.close()


def _number(text: str) -> float | None:
    value = float(text or 'nan')
    return None if np.isnan(value) else value
