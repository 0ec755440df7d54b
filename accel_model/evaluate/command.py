# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-model evaluate`: mIoU against the interval, for each way of using a network."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from accel_model.checkpoint import load_checkpoint
from accel_model.datasets.camvid import IGNORE, CamVid
from accel_model.evaluate.protocol import PROTOCOLS
from accel_model.evaluate.runner import Result, Runner
from accel_ros.errors import AccelError


class EvaluationError(AccelError):
    """A network cannot be compared with a data set's labels."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `evaluate` to the command line."""
    parser = subparsers.add_parser('evaluate', help='mIoU of a network on labelled video')
    parser.add_argument('--weights', type=Path, required=True, help='a checkpoint (weights.pt)')
    parser.add_argument('--dataset', choices=['camvid'], default='camvid')
    parser.add_argument('--data', type=Path, required=True, help="the data set's folder")
    parser.add_argument('--split', default='val')
    parser.add_argument('--intervals', type=_intervals, default=[1, 2, 5, 10], metavar='1,2,5,10')
    parser.add_argument('--protocol', choices=PROTOCOLS, default='avg', help='see the README')
    parser.add_argument('--json', type=Path, help='write the figures to this file')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Evaluate and print the table as it grows."""
    network = load_checkpoint(args.weights)
    if network.description.classes != args.dataset:
        raise EvaluationError(
            f'{args.weights} tells the classes of {network.description.classes} apart and the '
            f'labels are those of {args.dataset}: give weights that were trained on it'
        )
    runner = Runner(network, CamVid(args.data, args.split).frames, IGNORE)
    rows = []
    table = Table('model', 'interval', 'mIoU %', 'pixel acc. %', 'key ms', 'update ms')
    results = runner.results(args.intervals, args.protocol)
    for result in tqdm(results, desc='evaluating', unit='row'):
        rows.append(as_row(result))
        table.add_row(*_cells(rows[-1]))
    Console().print(table)
    if args.json:
        report = {
            'dataset': args.dataset,
            'split': args.split,
            'protocol': args.protocol,
            'variant': network.description.variant,
            'results': rows,
        }
        args.json.write_text(json.dumps(report, indent=1) + '\n')


def as_row(result: Result) -> dict[str, Any]:
    """The figures of a result in plain types; IoU and accuracy in percent, times in ms."""
    return {
        'model': result.model,
        'interval': result.interval,
        'miou': _percent(result.confusion.mean_iou),
        'pixel_accuracy': _percent(result.confusion.pixel_accuracy),
        'iou': [_percent(value) for value in result.confusion.iou],
        'key_ms': _median_ms(result.key_s),
        'update_ms': _median_ms(result.update_s),
    }


def _percent(value: float) -> float | None:
    return None if np.isnan(value) else round(100 * float(value), 2)


def _median_ms(seconds: list[float]) -> float | None:
    return round(1000 * float(np.median(seconds)), 1) if seconds else None


def _cells(row: dict[str, Any]) -> list[str]:
    names = ('model', 'interval', 'miou', 'pixel_accuracy', 'key_ms', 'update_ms')
    return ['-' if row[name] is None else str(row[name]) for name in names]


def _intervals(text: str) -> list[int]:
    values = [int(part) for part in text.split(',')]
    if min(values) < 1:
        raise argparse.ArgumentTypeError('an interval is at least 1')
    return values
