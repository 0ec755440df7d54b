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
LABEL_WIDTH, COLUMN_WIDTH = 18, 11  # of the tables with a column per row, without GAP
GAP = 2
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
    lines = {name: [row.iou[number] for row in rows] for number, name in enumerate(names)}
    yield from _across('IoU %', rows, lines, width)


def by_distance(rows: Sequence[Row], width: int) -> Iterator[Table]:
    """mIoU in percent, a line per distance from the keyframe and a column per row."""
    moving = [row for row in rows if row.interval > 1]
    found = [{at.distance: at.miou for at in row.by_distance} for row in moving]
    distances = sorted({distance for row in found for distance in row})
    lines = {
        f'{distance} after the key': [row.get(distance) for row in found] for distance in distances
    }
    yield from _across('mIoU %', moving, lines, width)


def _across(
    title: str, rows: Sequence[Row], lines: dict[str, list[float | None]], width: int
) -> Iterator[Table]:
    count = max((width - LABEL_WIDTH - GAP) // (COLUMN_WIDTH + GAP), 1)
    for first in range(0, len(rows), count):
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        table.add_column(title, width=LABEL_WIDTH, overflow='fold')
        for row in rows[first : first + count]:
            head = row.model if row.interval == 1 else f'{row.model} {row.interval}'
            if _several(rows):
                head = f'{row.network}\n{head}'
            table.add_column(head, max_width=COLUMN_WIDTH, justify='right', overflow='fold')
        for name, values in lines.items():
            table.add_row(name, *(_percent(value) for value in values[first : first + count]))
        yield table


def _several(rows: Sequence[Row]) -> bool:
    return len({row.network for row in rows}) > 1


def _percent(value: float | None) -> str:
    return '-' if value is None else f'{value:.2f}'


def _times(times: Times | None) -> str:
    return '-' if times is None else f'{times.p50:.0f}/{times.p95:.0f}'
