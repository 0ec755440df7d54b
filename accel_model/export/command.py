# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-model export`: a bundle from a checkpoint."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from accel_model.checkpoint import load_checkpoint
from accel_model.export.bundle import export_bundle
from accel_model.export.verify import ExportError


def add_parser(subparsers: Any) -> None:
    """Add the sub-command to the command line."""
    parser = subparsers.add_parser(
        'export',
        help='make the bundle that the robot runs',
        description='Write a bundle: ONNX graphs for images of one size, with pre- and '
        'post-processing inside, and compare them with the network in onnxruntime.',
    )
    parser.add_argument('--weights', type=Path, required=True, help='checkpoint')
    parser.add_argument('--size', type=_size, required=True, help='HxW of the images, as 360x480')
    parser.add_argument('--precision', choices=['fp32'], default='fp32')
    parser.add_argument('-o', '--output', type=Path, required=True, help='folder of the bundle')
    parser.add_argument(
        '--classes', type=Path, help="class table of own data; default: the project's own tables"
    )
    parser.add_argument('--name', default='', help="the bundle's name; default: the folder's")
    parser.add_argument('--license', default='', help='licence of the weights, as text')
    parser.add_argument('--accuracy', type=Path, help='JSON file with what was measured')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Export what the command line names."""
    accuracy = _read_json(args.accuracy) if args.accuracy else {}
    network = load_checkpoint(args.weights)
    sys.stdout.write(f'exporting {network.description.variant}; large networks take minutes\n')
    sys.stdout.flush()
    agreement = export_bundle(
        network, args.size, args.output, args.name, accuracy, args.license, args.classes
    )
    megabytes = sum(file.stat().st_size for file in args.output.iterdir()) / 1e6
    sys.stdout.write(
        f'{args.output}: {megabytes:.1f} MB; onnxruntime against the network: '
        f'{agreement.labels:.3%} of labels equal, values differ by at most '
        f'{agreement.difference:.1e} of their maximum\n'
    )


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r'(\d{1,5})x(\d{1,5})', text)
    if not match:
        raise argparse.ArgumentTypeError(f'{text!r} is not HEIGHTxWIDTH, as 360x480')
    return int(match[1]), int(match[2])


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError) as error:
        raise ExportError(f'{path}: cannot be read as JSON ({error})') from error
    if not isinstance(content, dict):
        raise ExportError(f'{path}: holds no JSON object')
    return content
