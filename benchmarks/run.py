# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
The benchmark: what frames cost, and how that compares within one run.

    python benchmarks/run.py -o FOLDER [--bundles FOLDER] [--quick] [--only SECTION ...]

Networks are untrained and exported once into the folder of bundles (minutes for each); accel-lite
is the one of this repository. Every part runs in a process of its own, in real time where the
system allows it, so it needs the machine for some minutes. It writes results.json, table.md and
worst_frame.png. benchmarks/README.md says how to read them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from suite import machine, models, tables
from suite.operations import multiply_adds
from suite.plot import draw

from accel_ros.bundle import Bundle, default_bundle
from accel_ros.commandline import Parser, exit_status

HERE = Path(__file__).resolve().parent
FILM = HERE.parent / 'test' / 'data' / 'drive' / 'solidWhiteRight.mp4'
SIZE = (384, 768)
VARIANTS = ('deeplab-101', 'dff', 'accel-18', 'accel-34', 'accel-50', 'accel-101')
INTERVAL = 5

Result = dict[str, Any]


def child(*words: object) -> Any:
    """Run a part of the suite in a process of its own; return what it prints as JSON."""
    command = [sys.executable, *map(str, words)]
    done = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def variants(args: argparse.Namespace) -> list[Result]:
    """Frame by frame, DFF and Accel: keyframes and updates, start-up and memory."""
    keyframes, updates = (2, 4) if args.quick else (4, 8)
    rows = []
    for variant in VARIANTS:
        bundle = models.bundle(variant, SIZE, args.bundles)
        rows.append(_probe(bundle, keyframes, updates))
    rows.append(_probe(Bundle.open(default_bundle()), 4 * keyframes, 4 * updates))
    return rows


def _probe(bundle: Bundle, keyframes: int, updates: int) -> Result:
    counts = {name: multiply_adds(bundle.graph_path(name)) for name in bundle.manifest.graphs}
    found = child('-m', 'suite.probe', bundle.path.resolve(), keyframes, updates)
    size = f'{bundle.manifest.height}x{bundle.manifest.width}'
    return {'variant': bundle.manifest.variant, 'size': size, 'multiply_adds': counts, **found}


def graphs(args: argparse.Namespace) -> list[Result]:
    """Accel-18 in plain PyTorch, its graphs as in the paper, and the rewritten ones."""
    made = [make('accel-18', SIZE, args.bundles) for make in (models.plain_bundle, models.bundle)]
    paths = [bundle.path.resolve() for bundle in made]
    frames = 3 if args.quick else 8
    found = child('-m', 'suite.forms', 'accel-18', *SIZE, frames, *paths)
    names = ('PyTorch, as in the paper', 'graphs as in the paper', 'graphs rewritten')
    return [{'form': name, **row} for name, row in zip(names, found, strict=True)]


def worst_frame(args: argparse.Namespace) -> list[Result]:
    """Keyframes that are waited for, against keyframes beside the updates."""
    bundle = models.bundle('accel-18', SIZE, args.bundles)
    runs = [
        (default_bundle().resolve(), 51, 0.08, 2 if args.quick else 8),
        (bundle.path.resolve(), 11 if args.quick else 21, 0.75, 2),
    ]
    return [
        child('-m', 'suite.worst_frame', path, FILM, frames, period_s, INTERVAL, blocks)
        for path, frames, period_s, blocks in runs
    ]


def node(args: argparse.Namespace) -> Result:
    """Compare the node around an engine that costs nothing with a bare relay; count copies."""
    frames = 20 if args.quick else 60
    size = '1024x2048'
    relay = child(HERE / 'relay.py', '--json', '--frames', frames, size)
    return {'relay': relay, 'copies': child('-m', 'suite.copies', *size.split('x'))}


SECTIONS: dict[str, Callable[[argparse.Namespace], Any]] = {
    'variants': variants,
    'graphs': graphs,
    'worst_frame': worst_frame,
    'node': node,
}


def run(args: argparse.Namespace) -> None:
    """Run the sections, and write down what they found after each."""
    args.output.mkdir(parents=True, exist_ok=True)
    file = args.output / 'results.json'
    results: Result = json.loads(file.read_text()) if args.only and file.exists() else {}
    results['machine'] = machine.describe()
    for name in args.only or SECTIONS:
        sys.stderr.write(f'{name} ...\n')
        results[name] = SECTIONS[name](args)
        file.write_text(json.dumps(results, indent=1) + '\n')
    table = tables.render(results, INTERVAL)
    (args.output / 'table.md').write_text(table)
    if 'worst_frame' in results:
        draw(results['worst_frame'], args.output / 'worst_frame.png')
    sys.stdout.write(table)


def main() -> int:
    """Read the command line; returns the exit status."""
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('-o', '--output', type=Path, required=True)
    parser.add_argument('--bundles', type=Path, default=HERE.parent / 'runs' / 'benchmark')
    parser.add_argument('--quick', action='store_true', help='fewer frames')
    parser.add_argument('--only', nargs='+', choices=SECTIONS, help='renew these sections')
    args = parser.parse_args()
    return exit_status('run', lambda: run(args))


if __name__ == '__main__':
    sys.exit(main())
