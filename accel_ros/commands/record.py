# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-ros record`: labels and timing of a running node, for `accel-ros evaluate --live`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from accel_ros.errors import AccelError, one_line


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Add the sub-command to the parsers of `accel-ros`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        'record',
        help="a running node's labels and timing",
        description='Record labels (labels/STAMP.png) and timing (timing.csv) of a running node, '
        'until Ctrl-C.',
    )
    parser.add_argument('--camera', default='camera', help='its name (default: %(default)s)')
    parser.add_argument('-o', '--output', type=Path, required=True, metavar='DIR')
    return parser


def run(args: argparse.Namespace) -> str:
    """Record; return what to tell the user."""
    try:
        from accel_ros.live.recorder import record
    except ImportError as cause:
        raise AccelError(
            f'recording needs ROS 2: {one_line(cause)}; source its setup file, or . scripts/env.sh'
        ) from cause
    labelled = record(args.camera, args.output)
    if not labelled:
        raise AccelError(
            f'no labels came on {args.camera}/segmentation/labels; docs/no_output.md says why '
            'that may be'
        )
    return f'recorded the labels of {labelled} images in {args.output}'
