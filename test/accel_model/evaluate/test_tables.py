# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Tables show every figure, and fit the terminal."""

from __future__ import annotations

import pytest
from rich.console import Console
from support.rows import row

from accel_model.evaluate import tables

CLASSES = ('sky', 'road', 'pedestrian')


def printed(found, width):
    console = Console(width=width)
    with console.capture() as capture:
        for table in found:
            console.print(table)
    text = capture.get()
    assert all(len(line) <= width for line in text.splitlines())
    return text


def test_the_summary_fits_80_columns():
    text = printed([tables.summary([row('reference', 1), row(interval=10)])], 80)
    assert '…' not in text and 'accel-lite' not in text  # one network needs no column
    line = text.splitlines()[-2].split()
    assert line == ['accel', '10', '50', '72.34', '94.12', '97.55', *2 * ['123/1231'], '100']


def test_the_summary_names_networks_and_missing_figures():
    empty = dict.fromkeys(
        ('miou', 'pixel_accuracy', 'temporal_consistency', 'key_ms', 'update_ms', 'frame_ms')
    )
    text = printed([tables.summary([row(), row(network='joint', frames=0, **empty)])], 100)
    assert 'accel-lite' in text
    assert text.splitlines()[-2].split() == ['joint', 'accel', '5', '0', *'------']


@pytest.mark.parametrize('width, count', [(40, 5), (80, 2), (200, 1)])
def test_every_class_of_every_row_is_shown_at_any_width(width, count):
    rows = [row('reference', 1), *(row(interval=n) for n in range(2, 11))]
    found = list(tables.by_class(rows, CLASSES, width))
    text = printed(found, width)
    assert len(found) == text.count('accel-lite') == text.count('pedestrian') == count
    assert '…' not in text and text.count('91.25') == text.count(' 0.50') == 10
    heads = [line.split() for line in text.splitlines() if 'IoU %' in line]
    assert [number for line in heads for number in line[2:]] == [str(n) for n in range(2, 11)]


def test_every_network_has_tables_of_its_own():
    rows = [row(), row(network='joint')]
    assert len(list(tables.by_class(rows, CLASSES, 200))) == 2


def test_distances_of_rows_with_updates():
    text = printed(tables.by_distance([row('reference', 1), row()], 80), 80)
    assert 'reference' not in text
    assert [line.split()[-1] for line in text.splitlines() if 'after' in line] == [
        '73.01',
        '70.99',
    ]
