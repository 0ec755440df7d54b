# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The figures of a run: what report.json says, and all tables and plots show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from accel_ros.replay.realtime import RealTime
from accel_ros.replay.results import LIVE, Group, RunResult, SequenceResult
from accel_ros.replay.tally import ByDistance
from accel_ros.timing import percentiles, summarize


def of_group(group: Group, class_names: Sequence[str]) -> dict[str, Any]:
    """Return the figures of a run over one or several recordings.

    Shares are in percent, times in milliseconds; None is what there was nothing to measure for.
    """
    first, tally = group.first, group.tally
    pairs = [pair for run in group.runs for pair in _times(run)]
    drift = np.concatenate([run.columns.drift for run in group.runs])
    drift = drift[~np.isnan(drift)]
    return {
        'bundle': first.bundle,
        'variant': first.variant,
        'interval': first.interval,
        'mode': first.mode,
        'frames': tally.frames,
        'accuracy': _against(tally.truth, class_names),
        'agreement': _against(tally.reference, class_names),
        'temporal_consistency': percent(tally.consistency.share),
        'drift': percent(float(drift.mean())) if drift.size else None,
        'time_ms': {
            kind: {name: round(value, 3) for name, value in figures.items()}
            for kind, figures in summarize(pairs).items()
        },
        'real_time': _real_time(group.runs),
    }


def quality(figures: dict[str, Any]) -> tuple[str, float | None]:
    """Return the best measure of a run that there is, and its name: mIoU, or agreement."""
    if figures['accuracy']:
        return 'mIoU', figures['accuracy']['miou']
    if figures['agreement']:
        return 'agreement', figures['agreement']['pixels']
    # Frame by frame is what the others are compared with.
    return 'agreement', 100.0


def title(figures: dict[str, Any]) -> str:
    """Return what to call a run."""
    way = 'frame by frame' if figures['interval'] == 1 else f'every {figures["interval"]}'
    live = ', live' if figures['mode'] == LIVE else ''
    return f'{figures["bundle"]}, {way}{live}'


def percent(share: float) -> float | None:
    """Return a share in percent, rounded; None for nan."""
    return None if math.isnan(share) else round(100 * share, 2)


def rate_hz(sequence: SequenceResult) -> float | None:
    """Return the recorded rate of a recording's images; None where it has no times."""
    arrivals = sequence.runs[0].columns.arrival_ns
    if len(arrivals) < 2 or not arrivals.all() or arrivals[-1] <= arrivals[0]:
        return None
    return float((len(arrivals) - 1) / ((arrivals[-1] - arrivals[0]) / 1e9))


def _times(run: RunResult) -> list[tuple[Any, float]]:
    kinds = np.where(run.columns.key, 'key', 'update')
    return list(zip(kinds.tolist(), run.columns.total_ms.tolist()))


def _against(counts: ByDistance, class_names: Sequence[str]) -> dict[str, Any] | None:
    """Return how far labels are the expected ones; None where nothing was expected."""
    total = counts.total
    if math.isnan(total.pixel_accuracy):
        return None
    return {
        'frames': counts.frames.total(),
        'miou': percent(total.mean_iou),
        'pixels': percent(total.pixel_accuracy),
        'iou': {name: percent(value) for name, value in zip(class_names, total.iou.tolist())},
        'by_distance': [
            {
                'distance': distance,
                'frames': counts.frames[distance],
                'miou': percent(confusion.mean_iou),
                'pixels': percent(confusion.pixel_accuracy),
            }
            for distance, confusion in sorted(counts.at.items())
        ],
    }


def _real_time(runs: Sequence[RunResult]) -> dict[str, Any] | None:
    """Return drops and ages; None for recordings without times."""
    found: list[RealTime] = [run.real_time for run in runs if run.real_time is not None]
    if not found:
        return None
    received, dropped = sum(r.received for r in found), sum(r.dropped for r in found)
    age_ms = np.concatenate([r.age_ms for r in found])
    ages = percentiles(age_ms[~np.isnan(age_ms)].tolist())
    return {
        'measured': runs[0].mode == LIVE,
        'received': received,
        'dropped': dropped,
        'drop_share': percent(dropped / received),
        'age_from': 'stamp' if all(r.since_stamp for r in found) else 'arrival',
        'age_ms': {name: round(value, 3) for name, value in ages.items()},
    }
