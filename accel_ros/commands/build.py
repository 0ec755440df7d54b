# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-ros build`: make a bundle's TensorRT engines before the robot needs them."""

from __future__ import annotations

import argparse
import dataclasses
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from accel_ros.bundle import Bundle, default_bundle
from accel_ros.commands.progress import ShowProgress
from accel_ros.engines.tensorrt.build import BuildOptions
from accel_ros.engines.tensorrt.cache import EngineCache
from accel_ros.engines.tensorrt.here import Here, elsewhere
from accel_ros.engines.tensorrt.key import Target
from accel_ros.engines.tensorrt.library import NAMES
from accel_ros.engines.tensorrt.prepare import Preparation, Prepared
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
    parser.add_argument(
        '--bundle', help='folder of the bundle (default: the one that comes along)'
    )
    parser.add_argument(
        '--target',
        metavar='SM86',
        help='build for the cards of this architecture instead of the GPU of this machine, which '
        'then needs none (TensorRT for RTX only)',
    )
    parser.add_argument('--json', type=Path, metavar='FILE', help='also write the result here')
    return parser


def run(args: argparse.Namespace) -> str:
    """Do the work; return what to tell the user."""
    bundle = Bundle.open(args.bundle or default_bundle())
    target, options = _target(args.target)
    cache = EngineCache()
    watch = Stopwatch()
    with ShowProgress() as progress:
        prepared = Preparation(bundle, target, options, cache).all(progress)
    seconds = watch.total_ms() / 1000
    if args.json:
        report = _report(bundle, target, prepared, cache, seconds)
        args.json.write_text(json.dumps(report, indent=1) + '\n')
    lines = [f'{bundle.manifest.name} for {_words(target)}']
    lines += [
        f'  {graph:10s} {"was there" if one.cached else "built"}, '
        f'{len(one.engine) / MEBIBYTE:.1f} MiB: {cache.path(one.key).name}'
        for graph, one in prepared.items()
    ]
    return '\n'.join([*lines, f'{seconds:.1f} s; the engines are in {cache.folder}'])


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


def _words(target: Target) -> str:
    gpu = 'cards' if target.gpu == 'any' else target.gpu
    return (
        f'{gpu} of compute capability {target.compute_capability}, with '
        f'{target.flavour} {target.version}'
    )


def _report(
    bundle: Bundle,
    target: Target,
    prepared: dict[str, Prepared],
    cache: EngineCache,
    seconds: float,
) -> dict[str, Any]:
    engines = [
        {
            'graph': graph,
            'file': str(cache.path(one.key)),
            'bytes': len(one.engine),
            'cached': one.cached,
        }
        for graph, one in prepared.items()
    ]
    return {
        'bundle': bundle.manifest.name,
        'target': dataclasses.asdict(target),
        'engines': engines,
        'seconds': seconds,
    }
