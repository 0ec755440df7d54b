# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-model evaluate`: mIoU against the interval, for each way of using each network."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from accel_model.datasets.catalogue import NAMES, open_dataset
from accel_model.datasets.dataset import Dataset
from accel_model.evaluate import report, tables
from accel_model.evaluate.arguments import Part, output_file, part, plot_file
from accel_model.evaluate.contestants import Contestant, load
from accel_model.evaluate.display import Display
from accel_model.evaluate.matcher import Matcher
from accel_model.evaluate.plot import sheet
from accel_model.evaluate.protocol import PROTOCOLS, labelled_frames
from accel_model.evaluate.result import Row
from accel_model.evaluate.runner import Pass, Runner, passes
from accel_ros.classes import ClassTable
from accel_ros.commandline import intervals

Plan = Sequence[tuple[Contestant, Sequence[Pass]]]


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `evaluate` to the command line."""
    parser = subparsers.add_parser(
        'evaluate',
        help='mIoU of networks on labelled video',
        description='Evaluate networks as the paper does; docs/evaluation.md explains the tables.',
    )
    parser.add_argument(
        '--weights', type=Path, nargs='+', required=True, help='checkpoints (weights.pt)'
    )
    parser.add_argument('--dataset', choices=NAMES, default='camvid')
    parser.add_argument('--data', type=Path, required=True, help="the data set's folder")
    parser.add_argument('--split', default='val')
    parser.add_argument(
        '--intervals', type=intervals, default=[1, 2, 5, 10], metavar='1,2,5,10 or 1-10'
    )
    parser.add_argument(
        '--protocol',
        choices=PROTOCOLS,
        default='avg',
        help='labels at all distances from the keyframe (avg), or at the greatest (min)',
    )
    parser.add_argument(
        '--labelled', type=part, default=Part(), metavar='A:B', help='only these labelled frames'
    )
    parser.add_argument('--json', type=output_file, help='write all figures to this file')
    parser.add_argument('--plot', type=plot_file, help='draw mIoU against the interval')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Evaluate; show the table as it grows, then all tables, and write the files asked for."""
    dataset = open_dataset(args.dataset, args.data, args.split)
    labels = args.labelled.of(labelled_frames(dataset.videos))
    contestants = load(args.weights, dataset.classes)
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    plan = [
        (contestant, passes(contestant.network, labels, args.intervals, args.protocol))
        for contestant in contestants
    ]
    heading = _heading(args, dataset, contestants, len(labels), device)
    rows: list[Row] = []
    with Display(sum(len(way.steps) for _, ways in plan for way in ways)) as display:
        for row in _rows(plan, dataset.classes, device, display):
            rows.append(row)
            display.show(rows)
            if args.json:
                report.write(args.json, heading, rows)
    title = _title(args, len(labels))
    console = tables.console()
    console.print(f'{", ".join(contestant.name for contestant in contestants)}: {title}')
    console.print(tables.summary(rows))
    for table in tables.by_class(rows, dataset.classes.names, console.width):
        console.print(table)
    for table in tables.by_distance(rows, console.width):
        console.print(table)
    if args.plot:
        sheet(rows, title).savefig(args.plot, dpi=150)


def _rows(
    plan: Plan, classes: ClassTable, device: torch.device, display: Display
) -> Iterator[Row]:
    """Evaluate network by network; every row as soon as it is there."""
    matcher = Matcher()
    for contestant, ways in plan:
        runner = Runner(
            contestant.network, contestant.name, classes, matcher, device, display.advance
        )
        for way in ways:
            display.begin(f'{contestant.name}, {" and ".join(way.models)}, {way.interval}')
            for result in runner.run(way):
                yield result.row()


def _title(args: argparse.Namespace, labelled: int) -> str:
    part = '' if args.labelled == Part() else f' ({args.labelled})'
    return (
        f'{args.dataset} {args.split}, {labelled} labelled frames{part}, protocol {args.protocol}'
    )


def _heading(
    args: argparse.Namespace,
    dataset: Dataset,
    contestants: Sequence[Contestant],
    labelled: int,
    device: torch.device,
) -> dict[str, Any]:
    return {
        'dataset': args.dataset,
        'split': args.split,
        'labelled': str(args.labelled),
        'labelled_frames': labelled,
        'protocol': args.protocol,
        'intervals': args.intervals,
        'classes': list(dataset.classes.names),
        'networks': [
            {
                'name': contestant.name,
                'variant': contestant.network.description.variant,
                'weights': str(contestant.weights),
            }
            for contestant in contestants
        ],
        'machine': report.machine(device),
    }
