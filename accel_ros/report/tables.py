# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The tables of a report: as texts for the page and the terminal, and as CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from accel_ros.report.figures import quality
from accel_ros.report.recommend import latency_ms

Figures = dict[str, Any]


def number(value: float | None, digits: int = 1) -> str:
    """Return a figure as text; a dash for what was not measured."""
    return '-' if value is None else f'{value:.{digits}f}'


def runs_table(runs: Sequence[Figures]) -> tuple[list[str], list[list[str]]]:
    """Return head and rows: one row for every run."""
    labelled, timed = runs[0]['accuracy'] is not None, any(run['real_time'] for run in runs)
    head = ['bundle', 'interval', 'images']
    head += ['mIoU %', 'pixels right %'] if labelled else []
    head += ['as frame by frame %', 'consistent %']
    head += ['key ms p50', 'p95', 'update ms p50', 'p95', 'all ms p50', 'p95', 'p99']
    head += ['dropped %', 'age ms p50', 'p95'] if timed else []
    return head, [_run_row(run, labelled, timed) for run in runs]


def classes_table(runs: Sequence[Figures]) -> tuple[list[str], list[list[str]]] | None:
    """Return IoU by class, a column for every run; None where nothing was expected of any."""
    counts = [(run, run['accuracy'] or run['agreement']) for run in runs]
    shown = [(run, count) for run, count in counts if count]
    if not shown:
        return None
    head = ['IoU %', *(_short(run) for run, _ in shown)]
    names = list(shown[0][1]['iou'])
    return head, [[name, *(number(c['iou'][name]) for _, c in shown)] for name in names]


def distances_table(runs: Sequence[Figures]) -> tuple[list[str], list[list[str]]] | None:
    """Return quality by distance from the keyframe, a column for every run with updates."""
    labelled = runs[0]['accuracy'] is not None
    field = 'miou' if labelled else 'pixels'
    shown = [
        (run, {at['distance']: at for at in counts['by_distance']})
        for run in runs
        if run['interval'] > 1 and (counts := run['accuracy' if labelled else 'agreement'])
    ]
    distances = sorted({d for _, at in shown for d in at})
    if not shown:
        return None
    head = ['frames since the keyframe', *(_short(run) for run, _ in shown)]
    rows = [
        [str(d), *(number(at[d][field]) if d in at else '' for _, at in shown)] for d in distances
    ]
    return head, rows


def recordings_table(recordings: Sequence[Figures], best: Figures) -> Any:
    """Return the recommended run on every recording."""
    measure = quality(best)[0]
    head = ['recording', 'images', 'rate Hz', f'{measure} %', 'latency ms p95', 'drops %']
    rows = []
    for recording in recordings:
        run = next(run for run in recording['runs'] if same_run(run, best))
        drops = run['real_time'] and run['real_time']['drop_share']
        rows.append(
            [
                recording['name'],
                str(recording['images']),
                number(recording['rate_hz']),
                number(quality(run)[1] if quality(run)[0] == measure else None),
                number(latency_ms(run)),
                number(drops),
            ]
        )
    return head, rows


def same_run(run: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two entries are of the same bundle, interval and mode."""
    return all(run[key] == other[key] for key in ('bundle', 'interval', 'mode'))


def write_csv(path: Path, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table; what was not measured is an empty cell. Raises OSError."""
    with path.open('w', newline='', encoding='utf-8') as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows([['' if text == '-' else text for text in row] for row in rows])


def plain(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table for a terminal."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    aligned = (
        [t.ljust(w) if i == 0 else t.rjust(w) for i, (t, w) in enumerate(zip(line, widths))]
        for line in lines
    )
    return '\n'.join('  '.join(line).rstrip() for line in aligned)


def _run_row(run: Figures, labelled: bool, timed: bool) -> list[str]:
    accuracy, times, seen = run['accuracy'] or {}, run['time_ms'], run['real_time']
    name = run['bundle'] if run['mode'] == 'offline' else f'{run["bundle"]}, live'
    row = [name, str(run['interval']), str(run['frames'])]
    row += [number(accuracy.get('miou')), number(accuracy.get('pixels'))] if labelled else []
    row.append(number(run['agreement'] and run['agreement']['pixels']))
    row.append(number(run['temporal_consistency']))
    for kind, values in (('key', ('p50', 'p95')), ('update', ('p50', 'p95'))):
        some = times[kind]['count']
        row += [number(times[kind][value]) if some else '-' for value in values]
    row += [number(times['all'][value]) for value in ('p50', 'p95', 'p99')]
    if timed:
        row.append(number(seen and seen['drop_share']))
        row += [number(seen and seen['age_ms'][value]) for value in ('p50', 'p95')]
    return row


def _short(run: Figures) -> str:
    mode = '' if run['mode'] == 'offline' else f' {run["mode"]}'
    return f'{run["bundle"]} {run["interval"]}{mode}'
