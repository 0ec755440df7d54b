# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The figures as tables for a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from accel_model.evaluate.result import Row, Times

PLAIN_WIDTH = 120  # of tables that go into a file or a pipe
LABEL_WIDTH = 18
VALUE_WIDTH = len('100.00')
GAP = 2  # between columns
NUMBERS = (
    'inter-\nval',
    'frames',
    'mIoU\n%',
    'pixel\nacc. %',
    'tempo-\nral %',
    'key ms\np50/p95',
    'update ms\np50/p95',
    'frame\nms',
)


def console() -> Console:
    """Return what tables are printed to: stdout, be it a terminal or not."""
    return Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH)


def summary(rows: Sequence[Row]) -> Table:
    """One line per row; times as median and 95th percentile."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    several = _several(rows)
    if several:
        table.add_column('network', overflow='fold')
    table.add_column('model', no_wrap=True)
    for name in NUMBERS:
        table.add_column(name, justify='right', no_wrap=True)
    for row in rows:
        shares = (row.miou, row.pixel_accuracy, row.temporal_consistency)
        table.add_row(
            *([row.network] if several else []),
            row.model,
            str(row.interval),
            str(row.frames),
            *(_percent(share) for share in shares),
            _times(row.key_ms),
            _times(row.update_ms),
            '-' if row.frame_ms is None else f'{row.frame_ms:.0f}',
        )
    return table


def by_class(rows: Sequence[Row], names: Sequence[str], width: int) -> Iterator[Table]:
    """IoU in percent, a line per class and a column per row; as many tables as `width` needs."""
    for row_group in _groups(rows, width):
        lines = {name: [row.iou[number] for row in row_group] for number, name in enumerate(names)}
        yield _across('IoU %', row_group, lines)


def by_distance(rows: Sequence[Row], width: int) -> Iterator[Table]:
    """mIoU in percent, a line per distance from the keyframe and a column per row."""
    for row_group in _groups([row for row in rows if row.interval > 1], width):
        found = [{at.distance: at.miou for at in row.by_distance} for row in row_group]
        distances = sorted({distance for row in found for distance in row})
        lines = {
            f'{distance} after the key': [row.get(distance) for row in found]
            for distance in distances
        }
        yield _across('mIoU %', row_group, lines)


def _groups(rows: Sequence[Row], width: int) -> Iterator[list[Row]]:
    """Split rows by network, and where they are too many for the columns of one table."""
    group: list[Row] = []
    used = LABEL_WIDTH + GAP
    for row in rows:
        needed = max(len(row.model), VALUE_WIDTH) + GAP
        if group and (row.network != group[0].network or used + needed > width):
            yield group
            group, used = [], LABEL_WIDTH + GAP
        group.append(row)
        used += needed
    if group:
        yield group


def _across(what: str, rows: Sequence[Row], lines: dict[str, list[float | None]]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 0, 0, 1))
    table.add_column(f'{rows[0].network}\n{what}', width=LABEL_WIDTH, overflow='fold')
    for row in rows:
        head = f'{row.model}\n{row.interval if row.interval > 1 else ""}'
        table.add_column(head, min_width=VALUE_WIDTH, justify='right')
    for name, values in lines.items():
        table.add_row(name, *(_percent(value) for value in values))
    return table


def _several(rows: Sequence[Row]) -> bool:
    return len({row.network for row in rows}) > 1


def _percent(value: float | None) -> str:
    return '-' if value is None else f'{value:.2f}'


def _times(times: Times | None) -> str:
    return '-' if times is None else f'{times.p50:.0f}/{times.p95:.0f}'
