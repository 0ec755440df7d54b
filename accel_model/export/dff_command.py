# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-model dff`: Deep Feature Flow with the weights of an Accel bundle, to compare it with."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from accel_model.export.dff import dff_bundle
from accel_ros.bundle import Bundle


def add_parser(subparsers: Any) -> None:
    """Add the sub-command to the command line."""
    parser = subparsers.add_parser(
        'dff',
        help='make the DFF bundle that has the weights of an Accel bundle',
        description='Write the bundle of variant dff with the weights of an Accel bundle, for '
        'accel-ros evaluate --bundle ACCEL DFF.',
    )
    parser.add_argument('--bundle', type=Path, required=True, help='with fusion of scores')
    parser.add_argument('-o', '--output', type=Path, required=True, help='folder of the bundle')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Write the bundle."""
    made = dff_bundle(Bundle.open(args.bundle), args.output)
    sys.stdout.write(f'{made.path}: {made.manifest.name}\n')
