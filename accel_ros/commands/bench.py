# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-ros bench`: how long each graph takes here, and a frame from end to end."""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from tqdm import tqdm

from accel_ros import __version__
from accel_ros.bundle import Bundle, default_bundle
from accel_ros.commands.arguments import add_backend, add_bundle, add_json
from accel_ros.commands.parity import images
from accel_ros.commands.progress import ShowProgress
from accel_ros.engines import open_engine
from accel_ros.engines.protocol import Engine
from accel_ros.errors import AccelError
from accel_ros.pipeline import DEFAULT_INTERVAL, Frame, Pipeline
from accel_ros.timing import Stopwatch, percentiles, summarize

WARM_UP = 3  # frames that are not counted
SCENE = 16  # different images
COLUMNS = ('count', 'p50', 'p95', 'p99', 'max')

Times = dict[str, dict[str, float]]


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Add the sub-command to the parsers of `accel-ros`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        'bench',
        help='how long frames take on this machine',
        description='Time every graph of a bundle, and whole frames at an interval, on made-up '
        "images of the bundle's size. All times in milliseconds, copies included.",
    )
    add_bundle(parser)
    add_backend(parser)
    parser.add_argument('--frames', type=int, default=100, help='of each kind (default: 100)')
    parser.add_argument('--interval', type=int, default=DEFAULT_INTERVAL, help='default: 5')
    add_json(parser)
    return parser


def run(args: argparse.Namespace) -> str:
    """Do the work; return what to tell the user."""
    if args.frames < 1:
        raise AccelError(f'{args.frames} frames are too few to time; use --frames 1 or more')
    bundle = Bundle.open(args.bundle or default_bundle())
    with ShowProgress() as progress:
        engine = open_engine(bundle, args.backend, watch=progress)
    scene = images(bundle.manifest, SCENE)
    try:
        graphs = time_graphs(bundle, engine, scene, args.frames)
        frames = time_frames(bundle, engine, scene, args.frames, args.interval)
    finally:
        engine.close()
    report = {
        'bundle': bundle.manifest.name,
        'engine': engine.description,
        'machine': platform.node(),
        'version': __version__,
        'graphs': graphs,
        'frames': {'interval': args.interval, **frames},
    }
    if args.json:
        args.json.write_text(json.dumps(report, indent=1) + '\n')
    return _text(report, graphs, frames)


def time_graphs(bundle: Bundle, engine: Engine, scene: list[np.ndarray], count: int) -> Times:
    """Return the percentiles of each graph by itself, from the image to its answers.

    `landing` is what a frame pays for a keyframe that has finished beside the updates.
    """
    stream, graphs = engine.open_stream(), bundle.manifest.graphs

    def land(image: np.ndarray) -> float:
        """Let a keyframe finish beside an update; then only its landing is timed."""
        stream.update(image, begin_keyframe=True)
        stream.update(image)
        while not stream.keyframe_ready():
            time.sleep(0.001)
        return _timed(lambda _: stream.land())(image)

    runs = {'keyframe': _timed(stream.keyframe)}
    if 'update' in graphs:
        runs['update'] = _timed(stream.update)
    if 'propagate' in graphs:
        runs['landing'] = land
    try:
        return {name: percentiles(_run(name, call, scene, count)) for name, call in runs.items()}
    finally:
        stream.close()


def time_frames(
    bundle: Bundle, engine: Engine, scene: list[np.ndarray], count: int, interval: int
) -> Times:
    """Return the percentiles of whole frames at an interval, keyframes and updates apart."""
    pipeline = Pipeline(bundle, engine, interval, max_gap_s=None)
    times = []
    try:
        for number in tqdm(range(-WARM_UP, count), 'frames', disable=None, leave=False):
            image = scene[number % len(scene)]
            frame = Frame(image, f'{bundle.manifest.channels}8')
            watch = Stopwatch()
            result = pipeline.process(frame)
            times.append((result.kind, watch.total_ms()))
        return summarize(times[WARM_UP:])
    finally:
        pipeline.close()


def _timed(call: Callable[[np.ndarray], object]) -> Callable[[np.ndarray], float]:
    """Return a call that gives the milliseconds it took."""

    def run(image: np.ndarray) -> float:
        watch = Stopwatch()
        call(image)
        return watch.total_ms()

    return run


def _run(
    name: str, call: Callable[[np.ndarray], float], scene: list[np.ndarray], count: int
) -> list[float]:
    """Return the times of a call, without those to warm up."""
    numbers = tqdm(range(-WARM_UP, count), name, disable=None, leave=False)
    times = [call(scene[number % len(scene)]) for number in numbers]
    return times[WARM_UP:]


def _text(report: dict[str, Any], graphs: Times, frames: Times) -> str:
    lines = [f'{report["bundle"]} with {report["engine"]}', f'{"ms":16}' + _row(COLUMNS)]
    rows = dict(graphs)
    rows |= {f'frame, {name}': values for name, values in frames.items() if values['count']}
    for name, values in rows.items():
        cells = [str(values['count']), *(f'{values[column]:.2f}' for column in COLUMNS[1:])]
        lines.append(f'{name:16}' + _row(cells))
    return '\n'.join(lines)


def _row(cells: Any) -> str:
    return ''.join(f'{cell:>10}' for cell in cells)
