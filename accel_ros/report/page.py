# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The page of a report: what to run and why, then everything that it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from accel_ros.classes import ClassTable
from accel_ros.replay.results import RunResult, SequenceResult
from accel_ros.report import html, tables
from accel_ros.report.figures import title
from accel_ros.report.tables import number, same_run

CAPTIONS = {
    'quality': 'What longer intervals cost.',
    'latency': 'From the image at hand to its labels, for every run.',
    'trade_off': 'Up and to the left is better.',
}


def report_page(
    content: Mapping[str, Any],
    plots: Mapping[str, Path],
    sequences: Sequence[SequenceResult],
    classes: ClassTable,
) -> str:
    """Return the page; `plots` are PNG files by name. Raises OSError."""
    runs, advice = content['runs'], content['recommendation']
    best = next(n for n, run in enumerate(runs) if same_run(run, advice))
    names = ', '.join(recording['name'] for recording in content['recordings'])
    heading = f'Accel on {names if len(names) < 80 else f"{len(sequences)} recordings"}'
    body = [f'<h1>{escape(heading)}</h1>', _origin(content), _advice(advice, runs[best])]
    body += [_problems(content), _live(content)]
    body.append(
        '<h2>All runs</h2><section>' + html.table(*tables.runs_table(runs), best) + '</section>'
    )
    if len(sequences) > 1 or content['failures']:
        table = tables.recordings_table(content['recordings'], runs[best])
        body.append(f'<h2>By recording: {escape(title(runs[best]))}</h2>')
        body.append(f'<section>{html.table(*table)}</section>')
    for name, caption in CAPTIONS.items():
        body.append(f'<section>{html.picture(plots[name], caption)}</section>')
    body += _details(runs)
    body.append('<h2>Image by image</h2>')
    key = runs[best]['bundle'], runs[best]['mode'], runs[best]['interval']
    for number_, sequence in enumerate(sequences):
        run = next(r for r in sequence.runs if r.key == key)
        part = _recording(sequence, run, plots[f'timeline-{number_}'], classes)
        several = len(sequences) > 1
        body.append(html.folded(sequence.name, part) if several else f'<section>{part}</section>')
    body.append(_how(content))
    return html.page(heading, [part for part in body if part])


def _origin(content: Mapping[str, Any]) -> str:
    machine, recordings = content['machine'], content['recordings']
    images = sum(recording['images'] for recording in recordings)
    labels = sorted({recording['labels'] for recording in recordings if recording['labels']})
    known = f'true labels from {", ".join(labels)}' if labels else 'no true labels'
    return (
        f'<p class="quiet">{images} images, {escape(known)}. {escape(content["made_at"])}, '
        f'{escape(machine["processor"])}, {machine["cores"]} cores; {escape(content["made_by"])}; '
        f'{escape("; ".join(content["engines"]))}.</p>'
    )


def _advice(advice: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    measure = 'mIoU' if advice['quality_is'] == 'mIoU' else 'agreement with frame by frame'
    tiles = [
        html.tile(f'{number(advice["quality"])} %', measure),
        html.tile(f'{number(advice["latency_ms"], 0)} ms', 'latency, 95th percentile'),
        html.tile(f'{number(run["time_ms"]["key"]["p50"], 0)} ms', 'keyframe, median'),
    ]
    if run['time_ms']['update']['count']:
        tiles.append(
            html.tile(f'{number(run["time_ms"]["update"]["p50"], 0)} ms', 'update, median')
        )
    if run['real_time']:
        tiles.append(html.tile(f'{number(advice["drop_share"])} %', 'images dropped'))
    word = 'Recommended' if advice['within_budget'] else 'Nearest to the budget'
    return (
        f'<section class="advice">{word} for {advice["budget_ms"]:g} ms:<br>'
        f'<strong>{escape(title(dict(run)))}</strong>'
        f'<p>{escape(advice["why"])}.</p><div class="tiles">{"".join(tiles)}</div></section>'
    )


def _problems(content: Mapping[str, Any]) -> str:
    lines = [f'{failure["recording"]}: {failure["why"]}' for failure in content['failures']]
    for recording in content['recordings']:
        lines += recording['problems']
    if not lines:
        return ''
    return (
        '<section class="problems"><b>What could not be read</b>, all else is evaluated:'
        f'{html.listing(lines)}</section>'
    )


def _live(content: Mapping[str, Any]) -> str:
    notes = [r['live'] for r in content['recordings'] if r['live']]
    lines = [
        f'{note["equal"]} of {note["both"]} labels of the live run are the offline ones, pixel by '
        f'pixel' for note in notes
    ]  # fmt: skip
    return f'<section>{html.listing(lines)}</section>' if lines else ''


def _details(runs: Sequence[dict[str, Any]]) -> list[str]:
    against = (
        'true labels' if runs[0]['accuracy'] else 'frame-by-frame labels (agreement, no accuracy)'
    )
    parts = []
    for name, table in (
        (f'IoU by class, against {against}', tables.classes_table(runs)),
        (f'By distance from the keyframe, against {against}', tables.distances_table(runs)),
    ):
        if table is not None:
            parts.append(f'<h2>{escape(name)}</h2><section>{html.table(*table)}</section>')
    return parts


def _recording(
    sequence: SequenceResult, run: RunResult, timeline: Path, classes: ClassTable
) -> str:
    body = html.picture(timeline, f'{sequence.name}: {run.bundle}, interval {run.interval}')
    if run.worst:
        colours = ''.join(
            f'<span class="swatch" style="background:rgb{entry.color}"></span>{escape(entry.name)}'
            for entry in classes.classes
        )
        body += f'<h3>Worst images</h3><p class="small">{colours}</p>'
    for entry in run.worst:
        body += html.picture(
            Path(entry['file']),
            f'image {entry["number"]}: {100 * entry["share"]:.1f} % of its pixels as expected. '
            f'Image; labels; expected ({entry["against"]}); differences in red',
        )
    return body


def _how(content: Mapping[str, Any]) -> str:
    settings = ', '.join(f'{key} {value}' for key, value in content['settings'].items())
    lines = [
        f'Settings: {settings}.',
        'Every image goes through the pipeline and the engine of the node, none is dropped; the '
        'runs of a bundle go side by side, image by image.',
        'mIoU: one confusion matrix over all labelled images; void does not count.',
        '"As frame by frame": the share of pixels with the label that the same bundle gives at '
        'interval 1. That is agreement with its own reference network, not accuracy: it ranks no '
        'bundles, and where an update corrects the reference, that is disagreement, too.',
        '"Consistent": the share of pixels that keep their label along the optical flow (DIS) '
        'from image to image. Labels that never change are perfectly consistent, and useless.',
        'ms: decoding, conversion, network, labels at the size of the image.',
        'Dropped, age: simulated from these times and the recorded arrivals, with the rule of the '
        'node: one image at a time, and of those that wait only the newest.',
    ]
    together = content['settings']['side by side']
    if together > 1:
        lines.append(
            f'{together} recordings were evaluated side by side: times are longer than those of a '
            'computer that does one thing at a time (--jobs 1).'
        )
    return f'<h2>How it was measured</h2><section class="small">{html.listing(lines)}</section>'
