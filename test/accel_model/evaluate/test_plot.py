# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What the plot draws for which row."""

from __future__ import annotations

import pytest
from support.rows import row

from accel_model.evaluate.plot import COLOURS, sheet


def lines(figure):
    """The lines of a figure by label, and each one's points."""
    (axes,) = figure.axes
    return {line.get_label(): line for line in axes.get_lines()}


def test_branches_alone_are_horizontal_and_the_others_curves():
    rows = [row('reference', 1, miou=73.0), row('update', 1, miou=68.0)]
    for interval in (2, 5):
        rows += [row('dff', interval, miou=70.0), row('accel', interval, miou=72.0)]
    drawn = lines(sheet(rows, 'camvid'))
    assert set(drawn) == {
        'accel-lite: reference alone',
        'accel-lite: update alone',
        'accel-lite: DFF',
        'accel-lite: Accel',
    }
    assert set(drawn['accel-lite: reference alone'].get_ydata()) == {73.0}
    assert set(drawn['accel-lite: update alone'].get_ydata()) == {68.0}
    accel = drawn['accel-lite: Accel']
    assert list(accel.get_xdata()) == [1, 2, 5]  # at 1 every frame is a keyframe
    assert list(accel.get_ydata()) == [73.0, 72.0, 72.0]


def test_networks_differ_in_colour_and_marker():
    names = [f'net{number}' for number in range(5)]
    drawn = lines(sheet([row(network=name) for name in names], 'many'))
    looks = [(drawn[f'{n}: Accel'].get_color(), drawn[f'{n}: Accel'].get_marker()) for n in names]
    assert len({colour for colour, _ in looks}) == len({marker for _, marker in looks}) == 5
    assert all(colour in COLOURS for colour, _ in looks)


@pytest.mark.parametrize('interval', [1, 5])
def test_rows_without_a_figure_draw_nothing(interval, tmp_path):
    figure = sheet([row('accel' if interval > 1 else 'reference', interval, miou=None)], 'none')
    figure.savefig(tmp_path / 'plot.png')
    assert all(not len(line.get_xdata()) for line in figure.axes[0].get_lines())


def test_one_frame_by_frame_network_alone(tmp_path):
    figure = sheet([row('reference', 1, network='deeplab-18')], 'alone')
    figure.savefig(tmp_path / 'plot.pdf')
    assert list(lines(figure)) == ['deeplab-18: reference alone']
