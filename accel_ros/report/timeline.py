# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A run image by image: its times, its ages with what is dropped, its quality."""

from __future__ import annotations

from typing import Any

import numpy as np

from accel_ros.replay.results import RunResult
from accel_ros.report import drawing


def timeline_plot(run: RunResult, name: str) -> Any:
    """Draw times, ages at the recorded rate, and quality over the recording."""
    columns = run.columns
    timed = len(columns.arrival_ns) > 1 and columns.arrival_ns.all()
    seconds = (columns.arrival_ns - columns.arrival_ns[0]) / 1e9 if timed else columns.number
    figure = drawing.figure(11, 6.2 if run.real_time else 4.4)
    panels = figure.subplots(3 if run.real_time else 2, 1, sharex=True)
    _times(panels[0], run, seconds, name)
    if run.real_time:
        _ages(panels[1], run, seconds)
    _quality(panels[-1], run, seconds)
    panels[-1].set_xlabel('seconds of the recording' if timed else 'image')
    return figure


def _times(axes: Any, run: RunResult, seconds: np.ndarray, name: str) -> None:
    for kind, colour in drawing.KIND_COLOURS.items():
        of_kind = run.columns.key == (kind == 'key')
        at, ms = drawing.thin(seconds[of_kind], run.columns.total_ms[of_kind])
        axes.plot(at, ms, '.', markersize=4, color=colour, label=kind)
    axes.set_ylim(bottom=0)
    drawing.tidy(axes, '', 'ms per image', name)
    axes.legend(fontsize='small', loc='upper right', ncol=2)


def _ages(axes: Any, run: RunResult, seconds: np.ndarray) -> None:
    seen = run.real_time
    assert seen is not None
    labelled = seconds[seen.processed] if len(seconds) > seen.processed.max() else seconds
    at, age = drawing.thin(labelled, seen.age_ms)
    axes.plot(at, age, color=drawing.COLOURS[2], linewidth=1, label='age of the labels')
    axes.set_ylim(bottom=0)
    if len(labelled) < len(seconds):
        dropped = np.setdiff1d(np.arange(len(seconds)), seen.processed)
        axes.plot(seconds[dropped], np.zeros(len(dropped)), '|', color=drawing.CHOSEN,
                  markersize=8, alpha=0.5, label=f'{seen.dropped} dropped')  # fmt: skip
    drawing.tidy(axes, '', 'age / ms', 'At the recorded rate')
    axes.legend(fontsize='small', loc='upper right', ncol=2)


def _quality(axes: Any, run: RunResult, seconds: np.ndarray) -> None:
    shares = {
        'pixels right': (run.columns.accuracy, drawing.COLOURS[2]),
        'pixels as frame by frame': (run.columns.agreement, drawing.COLOURS[0]),
        'branches disagree (drift)': (run.columns.drift, drawing.COLOURS[5]),
    }
    for label, (values, colour) in shares.items():
        known = ~np.isnan(values)
        if known.any():
            # The lowest of several images would be hidden by the highest, so negate around it.
            at, low = drawing.thin(seconds[known], -100 * values[known])
            axes.plot(at, -low, color=colour, linewidth=1, label=label)
    axes.set_ylim(0, 103)
    drawing.tidy(axes, '', '% of pixels')
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize='small', loc='center right')
