# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The content of report.json."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import numpy as np

from accel_ros import __version__
from accel_ros.processor import processor
from accel_ros.replay.results import SAME, Group, SequenceResult, groups
from accel_ros.report import figures
from accel_ros.report.recommend import recommend

FORMAT = 1


def content(
    sequences: Sequence[SequenceResult],
    failures: Sequence[tuple[str, str]],
    settings: dict[str, Any],
    budget_ms: float,
) -> dict[str, Any]:
    """Return all figures; docs/replay.md describes the fields.

    :param failures: recordings that could not be evaluated, and why
    :param settings: what was asked for
    """
    names = sequences[0].class_names
    shown = [group for group in groups(sequences) if group.first.mode != SAME]
    runs = [figures.of_group(group, names) for group in shown]
    return {
        'format': FORMAT,
        'made_by': f'accel-ros {__version__}',
        'made_at': datetime.now(timezone.utc).isoformat(timespec='seconds'),
        'machine': machine(),
        'engines': sorted({engine for s in sequences for engine in s.engines}),
        'settings': settings,
        'classes': list(names),
        'recommendation': recommend(runs, budget_ms),
        'runs': runs,
        'recordings': [_recording(sequence) for sequence in sequences],
        'failures': [{'recording': name, 'why': why} for name, why in failures],
    }


def _live(sequence: SequenceResult) -> dict[str, int] | None:
    """Count the labels that a live run and the pipeline alone both made, and those that agree."""
    again = [run.columns.agreement for run in sequence.runs if run.mode == SAME]
    if not again:
        return None
    both = np.concatenate(again)
    both = both[~np.isnan(both)]
    return {'both': len(both), 'equal': int((both == 1.0).sum())}


def machine() -> dict[str, Any]:
    """Say what times were measured on."""
    return {
        'name': platform.node(),
        'system': platform.platform(),
        'processor': processor(),
        'cores': len(os.sched_getaffinity(0)),
        'python': platform.python_version(),
    }


def _recording(sequence: SequenceResult) -> dict[str, Any]:
    rate = figures.rate_hz(sequence)
    runs = [figures.of_group(Group([run]), sequence.class_names) for run in sequence.runs]
    return {
        'name': sequence.name,
        'source': sequence.source,
        'labels': sequence.labels or None,
        'images': len(sequence.runs[0].columns.number),
        'rate_hz': None if rate is None else round(rate, 3),
        'problems': list(sequence.problems),
        'live': _live(sequence),
        'runs': runs,
    }
