# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-ros compare`: two reports of `accel-ros evaluate` side by side."""

from __future__ import annotations

import argparse
from html import escape
from pathlib import Path
from typing import Any

from accel_ros.replay.store import write_json
from accel_ros.report import compare, drawing, html, tables

PAGE, JSON, PLOT = 'index.html', 'compare.json', 'compare.png'


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Add the sub-command to the parsers of `accel-ros`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        'compare',
        help='two reports side by side',
        description='Compare two reports of accel-ros evaluate: before and after a change.',
    )
    parser.add_argument('before', type=Path, help='folder of a report')
    parser.add_argument('after', type=Path, help='folder of another one')
    parser.add_argument('-o', '--output', type=Path, required=True, metavar='DIR')
    return parser


def run(args: argparse.Namespace) -> str:
    """Compare; return what to tell the user."""
    before, after = compare.read_report(args.before), compare.read_report(args.after)
    found, doubts = compare.pairs(before, after), compare.doubts(before, after)
    head, rows = compare.table(found)
    args.output.mkdir(parents=True, exist_ok=True)
    plot = drawing.save(compare.plot(found), args.output / PLOT)
    body = [f'<h1>{escape(args.before.name)} and {escape(args.after.name)}</h1>']
    if doubts:
        warning = '<b>What else differs</b> between the reports:'
        body.append(f'<section class="problems">{warning}{html.listing(doubts)}</section>')
    body.append(f'<section>{html.table(head, rows)}</section>')
    body.append(f'<section>{html.picture(plot, "Up and to the left is better.")}</section>')
    (args.output / PAGE).write_text(html.page('Two reports', body), encoding='utf-8')
    runs = [
        {'bundle': row[0], 'interval': pair.after['interval'], 'mode': pair.after['mode'],
         **compare.changes(pair)}
        for row, pair in zip(rows, found)
    ]  # fmt: skip
    content = {'before': str(args.before), 'after': str(args.after), 'doubts': doubts}
    write_json(args.output / JSON, {**content, 'runs': runs})
    notes = [f'note: {doubt}' for doubt in doubts]
    return '\n'.join([tables.plain(head, rows), *notes, f'wrote {args.output / PAGE}'])
