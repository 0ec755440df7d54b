# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Write a report into its folder: report.json, index.html, plots/*.png, runs.csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from accel_ros.classes import ClassTable
from accel_ros.replay.results import SAME, SequenceResult, groups
from accel_ros.replay.store import write_json
from accel_ros.report import drawing, plots, tables
from accel_ros.report.page import report_page
from accel_ros.report.timeline import timeline_plot

JSON, PAGE, CSV, PLOTS = 'report.json', 'index.html', 'runs.csv', 'plots'


def write_report(
    folder: Path,
    content: Mapping[str, Any],
    sequences: Sequence[SequenceResult],
    classes: ClassTable,
) -> None:
    """Write all files of a report. Raises OSError."""
    (folder / PLOTS).mkdir(parents=True, exist_ok=True)
    files = _plots(folder / PLOTS, content, sequences)
    head, rows = tables.runs_table(content['runs'])
    tables.write_csv(folder / CSV, head, rows)
    page = report_page(content, files, sequences, classes)
    (folder / PAGE).write_text(page, encoding='utf-8')
    write_json(folder / JSON, content)


def _plots(
    folder: Path, content: Mapping[str, Any], sequences: Sequence[SequenceResult]
) -> dict[str, Path]:
    runs, advice = content['runs'], content['recommendation']
    shown = [group for group in groups(sequences) if group.first.mode != SAME]
    figures = {
        'quality': plots.quality_plot(runs),
        'latency': plots.latency_plot(shown, advice['budget_ms']),
        'trade_off': plots.trade_off_plot(runs, advice),
    }
    for old in folder.glob('timeline-*.png'):
        old.unlink()
    for number, sequence in enumerate(sequences):
        wanted = advice['bundle'], advice['mode'], advice['interval']
        best = next(run for run in sequence.runs if run.key == wanted)
        name = f'{sequence.name}: {best.bundle}, interval {best.interval}'
        figures[f'timeline-{number}'] = timeline_plot(best, name)
    return {name: drawing.save(f, folder / f'{name}.png') for name, f in figures.items()}
