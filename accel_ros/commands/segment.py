# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-ros segment`: label images, timing and a film of a recording."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from accel_ros.bundle import Bundle, default_bundle
from accel_ros.commands.progress import ShowProgress
from accel_ros.engines import BACKENDS, open_engine
from accel_ros.errors import AccelError
from accel_ros.keyframes import FixedInterval
from accel_ros.pipeline import DEFAULT_INTERVAL
from accel_ros.segment import FILM, LABELS, TIMING, segment
from accel_ros.sources import Source, open_source


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Add the sub-command to the parsers of `accel-ros`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        'segment',
        help='segment a folder of images, a video or a rosbag2',
        description='Segment a recording: writes labels/000000.png ... (8-bit class ids, one per '
        'frame, in order) and timing.json into the output folder.',
    )
    parser.add_argument(
        '--bundle', help='folder of the bundle (default: the one that comes along)'
    )
    parser.add_argument(
        '--input',
        required=True,
        type=_path,
        metavar='DIR|VIDEO|BAG',
        help='images, a video or a rosbag2',
    )
    parser.add_argument('--topic', help="a bag's image topic (default: its only one)")
    parser.add_argument(
        '--output', required=True, type=_path, help='folder; an earlier result in it is replaced'
    )
    parser.add_argument(
        '--interval',
        type=_interval,
        default=DEFAULT_INTERVAL,
        help='frames from one keyframe to the next (default: %(default)s)',
    )
    parser.add_argument(
        '--keyframe-mode', choices=['sync'], default='sync', help='keyframes are waited for'
    )
    parser.add_argument(
        '--policy', choices=['fixed'], default='fixed', help='keyframes at a fixed interval'
    )
    parser.add_argument(
        '--backend', choices=BACKENDS, default='auto', help='what runs the graphs (default: auto)'
    )
    parser.add_argument('--overlay', action='store_true', help='also write overlay.mp4')
    return parser


def run(args: argparse.Namespace) -> str:
    """Do the work; return what to tell the user."""
    bundle = Bundle.open(args.bundle or default_bundle())
    source = open_source(args.input, args.topic)
    _keep_inputs(args.input, args.output)
    with ShowProgress() as progress:
        engine = open_engine(bundle, args.backend, watch=progress)
    try:
        timing = segment(bundle, engine, source, args.output, args.interval, film=args.overlay)
    finally:
        engine.close()
    return _report(timing, source, args)


def _keep_inputs(source: Path, output: Path) -> None:
    """Raise AccelError where the results would replace the input."""
    written = {(output / name).resolve() for name in (LABELS, FILM)}
    if source.expanduser().resolve() in written:
        raise AccelError(f'the output {output} would overwrite the input {source}; choose another')


def _report(timing: dict[str, Any], source: Source, args: argparse.Namespace) -> str:
    lines = [f'{timing["bundle"]} with {timing["engine"]}']
    for kind in ('key', 'update'):
        of = timing['summary'][kind]
        lines.append(
            f'{of["count"]:6d} {kind:6s} frames  '
            f'p50 {of["p50"]:.1f} ms  p95 {of["p95"]:.1f} ms  max {of["max"]:.1f} ms'
        )
    frames = len(timing['frames'])
    if source.count not in (None, frames):
        lines.append(f'note: the input announces {source.count} frames and {frames} can be read')
    written = [LABELS, TIMING, *([FILM] if args.overlay else [])]
    lines.append('wrote ' + ', '.join(str(args.output / name) for name in written))
    return '\n'.join(lines)


def _path(text: str) -> Path:
    """Return a path; an empty one, such as an unset variable, would be the current folder."""
    if not text:
        raise argparse.ArgumentTypeError('the path is empty; name a folder or a file')
    return Path(text)


def _interval(text: str) -> int:
    """Return the interval, checked before any work begins."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f'{text!r} is not a number of frames; use 1 or more')
    try:
        return FixedInterval(int(text)).interval
    except AccelError as cause:
        raise argparse.ArgumentTypeError(str(cause)) from cause
