# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The command line `accel-model`: one sub-command per module of `COMMANDS`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

from accel_ros.commandline import Parser, exit_status

COMMANDS = (
    'import_mxnet',
    'train.command',
    'evaluate.command',
    'export.command',
    'export.dff_command',
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a sub-command; returns the exit status. An error meant for the user is one line."""
    parser = Parser(
        prog='accel-model', description='Import, train, evaluate and export Accel networks.'
    )
    subparsers = parser.add_subparsers(metavar='COMMAND', required=True)
    try:
        for command in COMMANDS:
            import_module(f'accel_model.{command}').add_parser(subparsers)
    except ModuleNotFoundError as error:
        print(
            f"accel-model: {error.name} is not installed: pip install '.[train]' brings all that "
            'training and export need',
            file=sys.stderr,
        )
        return 1
    args = parser.parse_args(argv)
    return exit_status('accel-model', lambda: args.run(args))


if __name__ == '__main__':
    sys.exit(main())
