# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-ros segment`: label images, timing and a film of a recording."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from accel_ros.bundle import Bundle, default_bundle
from accel_ros.commands.arguments import add_backend, add_bundle
from accel_ros.commands.progress import ShowProgress
from accel_ros.engines import open_engine
from accel_ros.errors import AccelError
from accel_ros.keyframes import (
    DEFAULT_INTERVAL,
    MODES,
    POLICIES,
    Adaptive,
    AfterFrames,
    Deadline,
    FixedInterval,
    policy_named,
)
from accel_ros.segment import FILM, LABELS, TIMING, segment
from accel_ros.sources import Source, open_source

DELAY = 3  # frames: what a keyframe of accel-lite takes beside its updates on two CPUs


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Add the sub-command to the parsers of `accel-ros`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        'segment',
        help='segment a folder of images, a video or a rosbag2',
        description='Segment a recording: writes labels/000000.png ... (8-bit class ids, one per '
        'frame, in order) and timing.json into the output folder.',
    )
    add_bundle(parser)
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
    _add_keyframes(parser)
    add_backend(parser)
    parser.add_argument('--overlay', action='store_true', help='also write overlay.mp4')
    return parser


def _add_keyframes(parser: argparse.ArgumentParser) -> None:
    keyframes = parser.add_argument_group('keyframes')
    keyframes.add_argument(
        '--interval',
        type=_frames,
        help='frames from one keyframe to the next, at the most with other policies than fixed '
        f'(default: fixed {DEFAULT_INTERVAL}, others {Adaptive.interval})',
    )
    keyframes.add_argument(
        '--keyframe-mode',
        choices=MODES,
        default='sync',
        help='sync: a frame waits for its keyframe; concurrent: keyframes run beside the updates '
        '(default: sync)',
    )
    keyframes.add_argument(
        '--keyframe-delay',
        type=_frames,
        default=DELAY,
        metavar='FRAMES',
        help='concurrent: a keyframe lands after so many frames (default: %(default)s)',
    )
    keyframes.add_argument(
        '--policy',
        choices=POLICIES,
        default='fixed',
        help='keyframes at a fixed interval, when the image has changed, or as often as latency '
        'and compute allow (default: fixed)',
    )
    keyframes.add_argument(
        '--threshold',
        type=float,
        default=Adaptive.threshold,
        help='adaptive: summed change of the image, in grey levels (default: %(default)s)',
    )
    keyframes.add_argument(
        '--latency-ms',
        type=float,
        default=Deadline.latency_ms,
        help='deadline: milliseconds that the network may take (default: %(default)s)',
    )
    keyframes.add_argument(
        '--share',
        type=float,
        default=Deadline.share,
        help='deadline: share of the time that it may be busy (default: %(default)s)',
    )


def run(args: argparse.Namespace) -> str:
    """Do the work; return what to tell the user."""
    bundle = Bundle.open(args.bundle or default_bundle())
    source = open_source(args.input, args.topic)
    _keep_inputs(args.input, args.output)
    with ShowProgress() as progress:
        engine = open_engine(bundle, args.backend, watch=progress)
    try:
        timing = segment(
            bundle,
            engine,
            source,
            args.output,
            film=args.overlay,
            policy=policy_named(
                args.policy,
                args.interval,
                threshold=args.threshold,
                latency_ms=args.latency_ms,
                share=args.share,
            ),
            landings=AfterFrames(args.keyframe_delay)
            if args.keyframe_mode == 'concurrent'
            else None,
        )
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
    landed = sum(frame['landing'] == 'landed' for frame in timing['frames'])
    if landed:
        lines.append(f'{landed:6d} keyframes landed beside the updates')
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


def _frames(text: str) -> int:
    """Return a number of frames, checked before any work begins."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f'{text!r} is not a number of frames; use 1 or more')
    try:
        return FixedInterval(int(text)).interval
    except AccelError as cause:
        raise argparse.ArgumentTypeError(str(cause)) from cause
