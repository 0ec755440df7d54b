# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The benchmark's results as tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Result = dict[str, Any]


def render(results: Result, interval: int) -> str:
    """Return all tables of the sections that there are."""
    parts = [', '.join(f'{key} {value}' for key, value in results['machine'].items()) + '\n']
    if 'variants' in results:
        parts += [variants(results['variants'], interval), start(results['variants'])]
    if 'graphs' in results:
        parts.append(graphs(results['graphs'], interval))
    if 'worst_frame' in results:
        parts.append(worst_frame(results['worst_frame']))
    if 'node' in results:
        parts.append(node(results['node']))
    return '\n'.join(parts)


def mean_ms(row: Result, interval: int) -> float:
    """Return what a frame of an endless video takes, of the medians."""
    key, update = row['key_ms']['p50'], row['update_ms']['p50']
    return key if not row['update_ms']['count'] else (key + (interval - 1) * update) / interval


def variants(rows: Sequence[Result], interval: int) -> str:
    """Frame by frame, DFF and Accel; ratios are to the variant's own keyframe."""
    head = ['network', 'images', 'GMAC key', 'update', 'key ms p50', 'p95', 'update ms p50', 'p95']
    head += ['update / key', f'mean frame at {interval} / key', 'at 10 / key']
    lines = []
    for row in rows:
        counts = row['multiply_adds']
        key = row['key_ms']['p50']
        updates = bool(row['update_ms']['count'])
        lines.append([
            row['variant'],
            row['size'],
            f'{counts["keyframe"] / 1e9:.1f}',
            f'{counts["update"] / 1e9:.1f}' if updates else '',
            *_times(row),
            f'{row["update_ms"]["p50"] / key:.2f}' if updates else '',
            *(f'{mean_ms(row, n) / key:.2f}' for n in (interval, 10)),
        ])  # fmt: skip
    return _table('Networks', head, lines)


def start(rows: Sequence[Result]) -> str:
    """Start-up and memory."""
    names = list(rows[0]['start_ms'])
    head = ['network', *(f'{name} ms' for name in names), 'MiB loaded', 'MiB running']
    lines = [
        [
            row['variant'],
            *(f'{row["start_ms"][name]:.0f}' for name in names),
            *(f'{row["memory_mib"][name]:.0f}' for name in ('loaded', 'running')),
        ]
        for row in rows
    ]
    return _table('Start-up and memory', head, lines)


def graphs(rows: Sequence[Result], interval: int) -> str:
    """Forms of Accel-18; ratios are to the first."""
    head = ['Accel-18', 'key ms p50', 'p95', 'update ms p50', 'p95', 'mean frame ms', 'ratio']
    base = mean_ms(rows[0], interval)
    lines = [
        [
            row['form'],
            *_times(row),
            f'{mean_ms(row, interval):.0f}',
            f'{mean_ms(row, interval) / base:.2f}',
        ]
        for row in rows
    ]
    return _table('The same function in other forms', head, lines)


def worst_frame(rows: Sequence[Result]) -> str:
    """Frame times of both keyframe modes."""
    head = ['network', 'keyframe mode', 'frames', 'ms p50', 'p95', 'p99', 'max', 'p99 / p50']
    head += ['max / p50', 'p99 / p50, updates', 'slowest place / p50', 'keyframes', 'lands after']
    lines = []
    for row in rows:
        for mode in ('sync', 'concurrent'):
            found, times = row[mode], row[mode]['frame_ms']
            delay = found['delay_frames']
            lines.append([
                row['bundle'],
                mode,
                str(times['count']),
                *(f'{times[name]:.1f}' for name in ('p50', 'p95', 'p99', 'max')),
                f'{found["p99/p50"]:.2f}',
                f'{found["max/p50"]:.2f}',
                f'{found["updates p99/p50"]:.2f}',
                f'{found["slowest place/p50"]:.2f}',
                str(found['keyframes']),
                f'{delay:.1f}' if delay else '',
            ])  # fmt: skip
    return _table('The worst frame', head, lines)


def node(found: Result) -> str:
    """The node against a bare relay, and copies."""
    relay = found['relay']
    head = ['image 1024x2048 rgb8', 'relay', 'node', 'ratio']
    lines = [
        [f'{what}', *(f'{relay[f"{what} {name}"]:.2f}' for name in ('relay', 'node', 'ratio'))]
        for what in ('ms', 'CPU ms')
    ]
    copies = [[name, f'{value:.2f}'] for name, value in found['copies'].items()]
    return '\n'.join([
        _table('Around the network: the node against a bare relay', head, lines),
        _table('Copies of a frame', ['step', 'copies'], copies),
    ])  # fmt: skip


def _times(row: Result) -> list[str]:
    cells = []
    for kind in ('key_ms', 'update_ms'):
        times = row[kind]
        cells += [f'{times[q]:.0f}' if times['count'] else '' for q in ('p50', 'p95')]
    return cells


def _table(title: str, head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [head, ['---'] * len(head), *lines]
    return f'### {title}\n\n' + ''.join('| ' + ' | '.join(row) + ' |\n' for row in rows)
