# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Plots over all runs: quality against the interval, latency, and the trade-off of the two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from accel_ros.replay.results import LIVE, OFFLINE, Group
from accel_ros.report import drawing
from accel_ros.report.figures import quality, title
from accel_ros.report.recommend import latency_ms

Figures = Sequence[dict[str, Any]]
AXES = {'mIoU': 'mIoU / %', 'agreement': 'agreement with frame by frame / % of pixels'}


def quality_plot(runs: Figures) -> Any:
    """Quality against the interval, and against the distance from the keyframe."""
    figure = drawing.figure(11, 4.2)
    left, right = figure.subplots(1, 2)
    name = quality(runs[0])[0]
    for number, bundle in enumerate(dict.fromkeys(run['bundle'] for run in runs)):
        own = [run for run in runs if run['bundle'] == bundle and run['mode'] == OFFLINE]
        points = [(run['interval'], quality(run)[1]) for run in own]
        style = {'color': _colour(number), 'marker': drawing.MARKERS[number % 7]}
        left.plot(*zip(*points), label=bundle, linestyle=_line(own[0]), **style)
        left.axhline(points[0][1], color=_colour(number), linewidth=0.8, alpha=0.6)
        for run in own[1:]:
            _by_distance(right, run, _colour(number), name)
    drawing.tidy(left, 'interval (frames from keyframe to keyframe)', AXES[name],
                 'Quality against the interval (line: frame by frame)')  # fmt: skip
    left.set_xticks(sorted({run['interval'] for run in runs}))
    left.legend(fontsize='small')
    drawing.tidy(right, 'frames since the keyframe', AXES[name], 'Quality by distance')
    if right.get_legend_handles_labels()[0]:
        right.legend(fontsize='x-small', ncol=2)
    return figure


def latency_plot(groups: Sequence[Group], budget_ms: float) -> Any:
    """Which share of the images is done within which time, and the times by kind."""
    figure = drawing.figure(11, 4.2)
    left, right = figure.subplots(1, 2, gridspec_kw={'width_ratios': (3, 2)})
    shades = np.linspace(1.0, 0.35, max(len(groups), 2))
    bundles = list(dict.fromkeys(group.first.bundle for group in groups))
    for group, shade in zip(groups, shades):
        times = np.sort(np.concatenate([run.columns.total_ms for run in group.runs]))
        at, share = drawing.thin(times, np.arange(1, len(times) + 1) / len(times) * 100)
        run = group.first
        label = title({'bundle': run.bundle, 'interval': run.interval, 'mode': run.mode})
        colour = _colour(bundles.index(run.bundle))
        left.step(at, share, where='post', label=label, color=colour, alpha=shade)
    left.axvline(budget_ms, color=drawing.CHOSEN, linestyle=':', label=f'budget {budget_ms:g} ms')
    slowest = max(np.percentile(r.columns.total_ms, 98) for g in groups for r in g.runs)
    left.set_xlim(0, 1.1 * max(slowest, budget_ms))
    drawing.tidy(left, 'ms from the image to its labels', '% of images done',
                 'Latency distribution, waiting not included')  # fmt: skip
    left.legend(fontsize='x-small', loc='lower right')
    _boxes(right, groups, bundles)
    return figure


def trade_off_plot(runs: Figures, advice: dict[str, Any]) -> Any:
    """Quality against latency; the budget, and the recommended run."""
    figure = drawing.figure(8, 4.6)
    axes = figure.subplots()
    name = quality(runs[0])[0]
    for number, bundle in enumerate(dict.fromkeys(run['bundle'] for run in runs)):
        own = [run for run in runs if run['bundle'] == bundle and run['mode'] == OFFLINE]
        points = [(latency_ms(run), quality(run)[1]) for run in own]
        axes.plot(*zip(*points), color=_colour(number), marker=drawing.MARKERS[number % 7],
                  linestyle=_line(own[0]), label=bundle)  # fmt: skip
        for run, point in zip(own, points):
            axes.annotate(str(run['interval']), point, xytext=(5, 5), textcoords='offset points',
                          fontsize='small', color=_colour(number))  # fmt: skip
    for run in runs:
        if run['mode'] == LIVE:
            axes.plot(latency_ms(run), quality(run)[1], '*', markersize=12, label=title(run))
    budget = advice['budget_ms']
    axes.axvline(budget, color=drawing.CHOSEN, linestyle=':', label=f'budget {budget:g} ms')
    axes.plot(advice['latency_ms'], advice['quality'], 'o', markersize=16, fillstyle='none',
              color=drawing.CHOSEN, markeredgewidth=2, label='recommended')  # fmt: skip
    axes.margins(0.1)
    what = 'age at the recorded rate' if runs[0]['real_time'] else 'time for an image'
    drawing.tidy(axes, f'95th percentile of the {what} / ms', AXES[name],
                 'Trade-off (numbers: intervals)')  # fmt: skip
    axes.legend(fontsize='small')
    return figure


def _by_distance(axes: Any, run: dict[str, Any], colour: str, name: str) -> None:
    counts = run['accuracy'] if name == 'mIoU' else run['agreement']
    if not counts:
        return
    field = 'miou' if name == 'mIoU' else 'pixels'
    points = [(at['distance'], at[field]) for at in counts['by_distance']]
    fade = max(0.3, 1 - run['interval'] / 14)
    axes.plot(*zip(*points), marker='.', color=colour, alpha=fade, label=title(run))


def _boxes(axes: Any, groups: Sequence[Group], bundles: list[str]) -> None:
    """Draw the middle half, and 5 to 95 %, of the times of keyframes and of updates."""
    places: list[int] = []
    labels, data, colours = [], [], []
    for number, bundle in enumerate(bundles):
        own = [run.columns for group in groups for run in group.runs if run.bundle == bundle]
        for kind in ('key', 'update'):
            times = np.concatenate([c.total_ms[c.key == (kind == 'key')] for c in own])
            if times.size:
                places.append(len(places))
                labels.append(f'{bundle}\n{kind}')
                data.append(times)
                colours.append(_colour(number))
    boxes = axes.boxplot(data, positions=places, whis=(5, 95), showfliers=False,
                         patch_artist=True, widths=0.6)  # fmt: skip
    for patch, colour in zip(boxes['boxes'], colours):
        patch.set(facecolor=colour, alpha=0.4)
    axes.set_xticks(places, labels, fontsize='small')
    axes.set_ylim(bottom=0)
    drawing.tidy(axes, '', 'ms', 'By kind (half of the images, 5 to 95 %)')


def _colour(number: int) -> str:
    return drawing.COLOURS[number % len(drawing.COLOURS)]


def _line(run: dict[str, Any]) -> str:
    return '--' if run['variant'] == 'dff' else '-'
