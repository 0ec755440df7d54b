# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The command line `accel-ros`.

Every command ends with exit status 0, or with one line that says what is wrong and what to do.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from accel_ros import __version__
from accel_ros.commandline import Parser, exit_status
from accel_ros.commands import bench, build, doctor, segment

COMMANDS = (segment, build, doctor, bench)


def make_parser() -> Parser:
    """Return the parser of every sub-command; each sets `run`."""
    parser = Parser(prog='accel-ros', description='Accel, the onboard part.')
    parser.add_argument('--version', action='version', version=f'%(prog)s {__version__}')
    commands = parser.add_subparsers(metavar='COMMAND', required=True)
    for command in COMMANDS:
        command.add_parser(commands).set_defaults(run=command.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit status."""
    # FFmpeg's own complaints about a bad file would stand around the one line that explains it.
    os.environ.setdefault('OPENCV_FFMPEG_LOGLEVEL', '-8')
    args = make_parser().parse_args(argv)
    return exit_status('accel-ros', lambda: print(args.run(args)))


if __name__ == '__main__':
    sys.exit(main())
