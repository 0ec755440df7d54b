# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-ros evaluate`: what each keyframe interval costs and gives on a recording."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from accel_ros.bundle import Bundle, default_bundle
from accel_ros.commandline import intervals, positive
from accel_ros.commands.arguments import add_backend
from accel_ros.commands.footage import (
    find_bags,
    open_labelled,
    open_one_of_many,
    open_recording,
)
from accel_ros.errors import AccelError
from accel_ros.replay import fleet
from accel_ros.replay.results import SequenceResult
from accel_ros.replay.task import Task, name_bundles
from accel_ros.report import drawing, tables
from accel_ros.report.content import content
from accel_ros.report.write import PAGE, write_report

DEFAULT_INTERVALS = [1, 2, 5, 10]
DEFAULT_BUDGET_MS = 100.0


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Add the sub-command to the parsers of `accel-ros`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        'evaluate',
        help='a report on a recording: how good and how fast at which interval',
        description='Run recordings through the pipeline of the node at several keyframe '
        'intervals; write report.json and index.html into a folder. A stopped run goes on where '
        'it was. docs/replay.md explains the report.',
    )
    parser.add_argument('--bundle', nargs='+', type=Path, help='bundles (default: accel-lite)')
    inputs = parser.add_mutually_exclusive_group(required=True)
    inputs.add_argument('--bag', type=Path, metavar='BAG|VIDEO|DIR', help='recording')
    inputs.add_argument('--bags', type=Path, metavar='FOLDER', help='every bag in a folder')
    inputs.add_argument('--dataset', metavar='NAME', help='camvid, cityscapes or folder')
    parser.add_argument('--data', type=Path, help='folder of the data set')
    parser.add_argument('--split', default='val', help='of the data set (default: %(default)s)')
    parser.add_argument('--topic', nargs='+', default=[], help='image topics (default: the only)')
    parser.add_argument('--label-topic', metavar='L', help='topic of the true labels')
    parser.add_argument('--labels', type=Path, metavar='DIR', help='true labels, named by stamp')
    parser.add_argument(
        '--intervals', type=intervals, default=DEFAULT_INTERVALS, metavar='1,5 or 1-10'
    )
    parser.add_argument(
        '--latency-budget',
        type=positive,
        default=DEFAULT_BUDGET_MS,
        metavar='MS',
        help='milliseconds that labels may be late (default: %(default)g)',
    )
    add_backend(parser)
    parser.add_argument('--jobs', type=_count, help='bags at the same time (default: cores)')
    parser.add_argument(
        '--live', type=Path, metavar='DIR', help='a live run on the bag, by accel-ros record'
    )
    parser.add_argument('--ray', metavar='ADDRESS', help='Ray cluster: auto, local or its address')
    parser.add_argument('-o', '--output', type=Path, required=True, metavar='REPORT')
    return parser


def run(args: argparse.Namespace) -> str:
    """Evaluate; return what to tell the user."""
    drawing.need_matplotlib()
    _check(args)
    tasks = _tasks(args)
    results: list[SequenceResult] = []
    failures: list[tuple[str, str]] = []
    for task, outcome in _outcomes(tasks, args):
        if isinstance(outcome, str):
            failures.append((task.name, outcome))
        else:
            results.append(outcome)
    if not results:
        raise AccelError('; '.join(f'{name}: {why}' for name, why in failures))
    results.sort(key=lambda result: result.name)
    settings = {
        'intervals': ', '.join(str(n) for n in args.intervals),
        'bundles': ', '.join(str(path) for path in tasks[0].bundles.values()),
        'backend': args.backend,
        'side by side': _jobs(args, tasks),
    }
    report = content(results, sorted(failures), settings, args.latency_budget)
    classes = Bundle.open(next(iter(tasks[0].bundles.values()))).classes
    write_report(args.output, report, results, classes)
    return _summary(report, args.output)


def _check(args: argparse.Namespace) -> None:
    if (args.dataset is None) != (args.data is None):
        raise AccelError('--dataset NAME and --data DIR belong together; give both')
    if args.dataset and (args.topic or args.label_topic or args.labels):
        raise AccelError('a data set has its own labels and no topics; leave those options out')
    if args.label_topic and args.labels:
        raise AccelError('--label-topic and --labels are two sources of labels; give one')
    if args.live and not args.bag:
        raise AccelError('--live belongs to the one bag that was played; give it with --bag')
    if args.live and len(args.bundle or []) > 1:
        raise AccelError('--live is a run of one bundle; give that one with --bundle')
    if (args.jobs or args.ray) and not args.bags:
        raise AccelError('--jobs and --ray are for several bags; give their folder with --bags')


def _tasks(args: argparse.Namespace) -> list[Task]:
    """Return a task for every recording and topic."""
    bundles = name_bundles(args.bundle or [default_bundle()])
    found: list[tuple[str, str, Any]] = []
    if args.dataset:
        opener = partial(open_labelled, args.dataset, args.data, args.split)
        found = [(f'{args.dataset} {args.split}', str(args.data), opener)]
    else:
        paths = find_bags(args.bags) if args.bags else [args.bag]
        opens = open_one_of_many if args.bags else open_recording
        for path in paths:
            for topic in args.topic or [None]:
                name = path.resolve().name + (f' {topic}' if len(args.topic) > 1 else '')
                opener = partial(opens, path, topic, args.label_topic, args.labels)
                found.append((name, str(path), opener))
    threads = max(fleet.cores() // _jobs(args, found), 1)
    return [
        Task(
            name,
            source,
            opener,
            bundles,
            tuple(args.intervals),
            args.backend,
            threads,
            args.output.resolve(),
            args.live,
        )
        for name, source, opener in found
    ]


def _jobs(args: argparse.Namespace, tasks: Sequence[Any]) -> int:
    """Return how many recordings are evaluated at the same time on this machine."""
    if args.ray:
        return fleet.cores()  # one core each, wherever it is
    return min(args.jobs or fleet.cores(), len(tasks)) if args.bags else 1


def _outcomes(tasks: Sequence[Task], args: argparse.Namespace) -> Iterator[fleet.Outcome]:
    if args.ray:
        return fleet.on_ray(tasks, args.ray)
    jobs = _jobs(args, tasks)
    return fleet.on_processes(tasks, jobs) if jobs > 1 else fleet.one_by_one(tasks)


def _summary(report: dict[str, Any], folder: Path) -> str:
    advice = report['recommendation']
    lines = [tables.plain(*tables.runs_table(report['runs'])), '']
    for recording in report['recordings']:
        if recording['live']:
            equal, both = recording['live']['equal'], recording['live']['both']
            lines.append(f'{equal} of {both} live labels are the offline ones, pixel by pixel')
        lines += [f'note: {recording["name"]}: {problem}' for problem in recording['problems']]
    lines += [f'failed: {f["recording"]}: {f["why"]}' for f in report['failures']]
    lines.append(
        f'for {advice["budget_ms"]:g} ms: {advice["bundle"]} at interval {advice["interval"]}. '
        f'{advice["why"]}.'
    )
    lines.append(f'wrote {folder / PAGE}')
    return '\n'.join(lines)


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f'{text!r} is no number of bags; use 1 or more')
    return int(text)
