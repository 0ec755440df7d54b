# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The command line `accel-model`: one sub-command per module named here."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from accel_ros.errors import AccelError

from . import import_mxnet
from .evaluate import command as evaluate
from .export import command as export
from .train import command as train

COMMANDS = (import_mxnet, train, evaluate, export)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a sub-command; returns the exit status. An error meant for the user is one line."""
    parser = argparse.ArgumentParser(prog='accel-model', description=__doc__)
    subparsers = parser.add_subparsers(metavar='COMMAND', required=True)
    for command in COMMANDS:
        command.add_parser(subparsers)
    args = parser.parse_args(argv)
    try:
        args.run(args)
    except AccelError as error:
        print(f'accel-model: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('accel-model: stopped', file=sys.stderr)
        return 130
    return 0


if __name__ == '__main__':
    sys.exit(main())
