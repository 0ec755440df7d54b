# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Arguments that several commands take."""

from __future__ import annotations

import argparse
from pathlib import Path

from accel_ros.engines import BACKENDS


def add_bundle(parser: argparse.ArgumentParser) -> None:
    """Let the user choose the network."""
    parser.add_argument(
        '--bundle', help='folder of the bundle (default: the one that comes along)'
    )


def add_backend(parser: argparse.ArgumentParser) -> None:
    """Let the user choose what runs it."""
    parser.add_argument(
        '--backend', choices=BACKENDS, default='auto', help='what runs the graphs (default: auto)'
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Offer the result to programs, too."""
    parser.add_argument('--json', type=Path, metavar='FILE', help='also write the result here')
