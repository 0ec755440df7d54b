# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Two reports side by side: what got better, what got worse, and whether they can be compared."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accel_ros.errors import AccelError, one_line
from accel_ros.report import drawing
from accel_ros.report.content import FORMAT
from accel_ros.report.figures import quality
from accel_ros.report.plots import AXES
from accel_ros.report.recommend import latency_ms
from accel_ros.report.tables import number
from accel_ros.report.write import JSON

MEASURES = ('quality %', 'consistent %', 'key ms', 'update ms', 'latency ms p95', 'dropped %')


@dataclass(frozen=True)
class Pair:
    """The same run in two reports."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]


def read_report(folder: Path) -> dict[str, Any]:
    """Read the report.json of a report. Raises AccelError."""
    file = folder / JSON if folder.is_dir() else folder
    try:
        content = json.loads(file.read_text(encoding='utf-8'))
        if content['format'] != FORMAT:
            raise ValueError(f'its format is {content["format"]} and this release reads {FORMAT}')
        return content
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise AccelError(
            f'{file} is no report that can be read: {one_line(cause)}; name a folder that '
            'accel-ros evaluate has written'
        ) from cause


def pairs(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Pair]:
    """Match the runs by interval and mode, and by bundle where there are several.

    Raises AccelError where no two match.
    """
    single = all(len({run['bundle'] for run in r['runs']}) == 1 for r in (before, after))
    keys = ('interval', 'mode') if single else ('bundle', 'interval', 'mode')
    known = {tuple(run[key] for key in keys): run for run in before['runs']}
    found = [
        Pair(known[key], run)
        for run in after['runs']
        if (key := tuple(run[name] for name in keys)) in known
    ]
    if not found:
        raise AccelError(
            'the reports have no run in common: evaluate the same intervals (and bundles)'
        )
    return found


def doubts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return why differences may come from something else than what was changed."""
    checks = {
        'recordings': [[r['name'] for r in report['recordings']] for report in (before, after)],
        'images': [[r['images'] for r in report['recordings']] for report in (before, after)],
        'labels': [[r['labels'] for r in report['recordings']] for report in (before, after)],
        'processors': [report['machine']['processor'] for report in (before, after)],
        'engines': [report['engines'] for report in (before, after)],
        'recordings side by side': [r['settings']['side by side'] for r in (before, after)],
    }
    return [
        f'the {what} differ: {_words(first)} and {_words(second)}'
        for what, (first, second) in checks.items()
        if first != second
    ]


def changes(pair: Pair) -> dict[str, dict[str, float | None]]:
    """Return every measure before and after, and its change; None where it was not measured."""
    found = {}
    for name, first, second in zip(MEASURES, _measures(pair.before), _measures(pair.after)):
        known = first is not None and second is not None
        change = round(second - first, 3) if known else None  # type: ignore[operator]
        found[name] = {'before': first, 'after': second, 'change': change}
    return found


def table(found: Sequence[Pair]) -> tuple[list[str], list[list[str]]]:
    """Return head and rows: every measure before and after, and the change in brackets."""
    rows = []
    for pair in found:
        row = [_name(pair), str(pair.after['interval'])]
        for values in changes(pair).values():
            change = '' if values['change'] is None else f' ({values["change"]:+.1f})'
            row.append(f'{number(values["before"])} → {number(values["after"])}{change}')
        rows.append(row)
    return ['bundle', 'interval', *MEASURES], rows


def plot(found: Sequence[Pair]) -> Any:
    """Draw quality against latency, every run as an arrow from before to after."""
    figure = drawing.figure(8, 4.6)
    axes = figure.subplots()
    for pair in found:
        ends = [(latency_ms(dict(r)), quality(dict(r))[1]) for r in (pair.before, pair.after)]
        axes.annotate('', ends[1], ends[0], arrowprops={'arrowstyle': '->', 'color': '#777777'})
        for (x, y), fill in zip(ends, ('white', drawing.COLOURS[0])):
            axes.plot(x, y, 'o', markerfacecolor=fill, color=drawing.COLOURS[0])
        axes.annotate(str(pair.after['interval']), ends[1], xytext=(5, 5),
                      textcoords='offset points', fontsize='small')  # fmt: skip
    axes.margins(0.1)
    name = quality(dict(found[0].after))[0]
    drawing.tidy(axes, 'latency, 95th percentile / ms', AXES[name],
                 'From the first report (hollow) to the second (numbers: intervals)')  # fmt: skip
    return figure


def _measures(run: Mapping[str, Any]) -> list[float | None]:
    times, seen = run['time_ms'], run['real_time']
    return [
        quality(dict(run))[1],
        run['temporal_consistency'],
        times['key']['p50'] if times['key']['count'] else None,
        times['update']['p50'] if times['update']['count'] else None,
        latency_ms(dict(run)),
        seen['drop_share'] if seen else None,
    ]


def _name(pair: Pair) -> str:
    names = dict.fromkeys([pair.before['bundle'], pair.after['bundle']])
    return ' → '.join(names)


def _words(value: Any) -> str:
    return ', '.join(map(str, value)) if isinstance(value, list) else str(value)
