# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-ros play`: a bag through rclpy, where ros2 bag is not installed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from accel_ros.commandline import positive
from accel_ros.errors import AccelError, SourceError, one_line

CLOCK_HZ = 40.0


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Add the sub-command to the parsers of `accel-ros`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        'play',
        help='publish a bag with its QoS and timing',
        description='Publish the messages of a bag as ros2 bag play does, through rclpy.',
    )
    parser.add_argument('bag', type=Path, help='folder or file of a rosbag2')
    parser.add_argument('--topics', nargs='+', default=[], help='only these (default: all)')
    parser.add_argument('--rate', type=positive, default=1.0, help='times the recorded speed')
    parser.add_argument('--loop', action='store_true', help='again and again, until Ctrl-C')
    parser.add_argument(
        '--clock',
        type=positive,
        nargs='?',
        const=CLOCK_HZ,
        default=0.0,
        metavar='HZ',
        help='publish /clock, so often (default: 40)',
    )
    parser.add_argument(
        '--wait',
        type=positive,
        default=10.0,
        metavar='S',
        help='seconds to wait until somebody listens to the images (default: %(default)g)',
    )
    return parser


def run(args: argparse.Namespace) -> str:
    """Play; return what to tell the user."""
    try:
        from accel_ros.live.player import Pace, play
    except ImportError as cause:
        raise AccelError(
            f'playing needs ROS 2: {one_line(cause)}; source its setup file, or . scripts/env.sh'
        ) from cause
    if not args.bag.exists():
        raise SourceError(f'there is no bag {args.bag}; name the folder or file of a bag')
    pace = Pace(args.rate, args.loop, args.clock, args.wait)
    published = play(args.bag, args.topics, pace, _note)
    return f'played {published} messages'


def _note(line: str) -> None:
    sys.stderr.write(f'accel-ros: note: {line}\n')
