# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""mIoU against the interval, every network on one sheet."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from accel_model.evaluate.result import Row

# Okabe and Ito's colours, which colour-blind readers tell apart too (jfly.uni-koeln.de/color),
# without the yellow, which is too light for lines. Markers differ as well.
COLOURS = ('#0072B2', '#D55E00', '#009E73', '#CC79A7', '#56B4E9', '#E69F00', '#000000')
MARKERS = ('o', 's', '^', 'D', 'v', 'P', 'X')
LINES = {'reference': '-', 'update': ':', 'dff': '--', 'accel': '-'}
NAMES = {'reference': 'reference alone', 'update': 'update alone', 'dff': 'DFF', 'accel': 'Accel'}


def sheet(rows: Sequence[Row], title: str) -> Figure:
    """Draw every network in a colour and with a marker of its own."""
    figure = Figure(figsize=(9, 5.5), layout='constrained')
    axes = figure.subplots()
    networks = list(dict.fromkeys(row.network for row in rows))
    for number, network in enumerate(networks):
        _draw(axes, [row for row in rows if row.network == network], number)
    axes.set_xlim(0.5, max(row.interval for row in rows) + 0.5)
    axes.set_xlabel('interval (frames from keyframe to keyframe)')
    axes.set_ylabel('mIoU / %')
    axes.set_title(title)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
    if axes.get_legend_handles_labels()[0]:
        figure.legend(loc='outside right upper', fontsize='small')
    return figure


def _draw(axes: Axes, rows: Sequence[Row], number: int) -> None:
    """Draw one network: branches alone as horizontal lines, DFF and Accel as curves."""
    colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number % len(MARKERS)]
    alone = {row.model: row.miou for row in rows if row.interval == 1}
    for model, miou in alone.items():
        if miou is not None:
            axes.axhline(
                miou, color=colour, linestyle=LINES[model], linewidth=1, label=_label(rows, model)
            )
    for model in ('dff', 'accel'):
        curve = [(1, alone.get('reference'))]
        curve += [(row.interval, row.miou) for row in rows if row.model == model]
        points = [(interval, miou) for interval, miou in curve if miou is not None]
        if any(row.model == model for row in rows):
            axes.plot(
                *zip(*points),
                color=colour,
                linestyle=LINES[model],
                linewidth=1.8,
                marker=marker,
                markerfacecolor=colour if model == 'accel' else 'white',
                label=_label(rows, model),
            )


def _label(rows: Sequence[Row], model: str) -> str:
    return f'{rows[0].network}: {NAMES[model]}'
