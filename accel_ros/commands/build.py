# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-ros build`: make a bundle's TensorRT engines before the robot needs them."""

from __future__ import annotations

import argparse
import dataclasses
import json
from importlib.util import find_spec
from typing import Any

from accel_ros.bundle import Bundle, default_bundle
from accel_ros.commands.arguments import add_bundle, add_json
from accel_ros.commands.progress import ShowProgress
from accel_ros.engines.tensorrt.build import BuildOptions
from accel_ros.engines.tensorrt.cache import EngineCache
from accel_ros.engines.tensorrt.here import Here, elsewhere
from accel_ros.engines.tensorrt.key import Target
from accel_ros.engines.tensorrt.library import NAMES
from accel_ros.engines.tensorrt.prepare import Preparation
from accel_ros.errors import EngineError
from accel_ros.timing import Stopwatch

MEBIBYTE = 1 << 20


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Add the sub-command to the parsers of `accel-ros`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        'build',
        help="build a bundle's TensorRT engines",
        description="Build a bundle's TensorRT engines into the cache, where the node finds them. "
        'Ctrl-C stops it; what is finished stays.',
    )
    add_bundle(parser)
    parser.add_argument(
        '--target',
        metavar='SM86',
        help='build for the cards of this architecture instead of the GPU of this machine, which '
        'then needs none (TensorRT for RTX only)',
    )
    add_json(parser)
    return parser


def run(args: argparse.Namespace) -> str:
    """Do the work; return what to tell the user."""
    bundle = Bundle.open(args.bundle or default_bundle())
    target, options = _target(args.target)
    cache = EngineCache()
    watch = Stopwatch()
    with ShowProgress() as progress:
        engines = [
            {
                'graph': graph,
                'file': str(cache.path(one.key)),
                'bytes': len(one.engine),
                'cached': one.cached,
            }
            for graph, one in Preparation(bundle, target, options, cache).each(progress)
        ]
    report = {
        'bundle': bundle.manifest.name,
        'target': dataclasses.asdict(target),
        'engines': engines,
        'seconds': watch.total_ms() / 1000,
    }
    if args.json:
        args.json.write_text(json.dumps(report, indent=1) + '\n')
    return _text(report, target)


def _text(report: dict[str, Any], target: Target) -> str:
    gpu = 'cards' if target.gpu == 'any' else target.gpu
    lines = [
        f'{report["bundle"]} for {gpu} of compute capability {target.compute_capability}, with '
        f'{target.flavour} {target.version}'
    ]
    for engine in report['engines']:
        size = f'{engine["bytes"] / MEBIBYTE:.1f} MiB'
        how = 'was there' if engine['cached'] else 'built'
        lines.append(f'  {engine["graph"]:10s} {how}, {size}: {engine["file"]}')
    return '\n'.join([*lines, f'{report["seconds"]:.1f} s'])


def _target(architecture: str | None) -> tuple[Target, BuildOptions]:
    """Return what to build for, with the first TensorRT that is installed."""
    if architecture is not None:
        return elsewhere('tensorrt_rtx', architecture)
    flavour = next((name for name in NAMES if find_spec(name)), None)
    if flavour is None:
        raise EngineError(
            'there is nothing to build with: neither tensorrt nor tensorrt_rtx is installed; '
            'accel-ros doctor says how to get one'
        )
    here = Here.find(flavour)
    return here.target, here.options
