# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-model export`: a bundle from a checkpoint, or from a bundle one in lower precision."""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from accel_model.checkpoint import load_checkpoint
from accel_model.datasets.catalogue import NAMES, open_dataset
from accel_model.export.bundle import check_place, export_bundle
from accel_model.export.precision import footage
from accel_model.export.precision.convert import FLOORS, convert_bundle
from accel_model.export.verify import ExportError
from accel_ros.bundle import Bundle
from accel_ros.sources import open_source

PRECISIONS = ('fp32', *FLOORS)


def add_parser(subparsers: Any) -> None:
    """Add the sub-command to the command line."""
    parser = subparsers.add_parser(
        'export',
        help='make the bundle that the robot runs',
        description='Write a bundle: ONNX graphs for images of one size, with pre- and '
        'post-processing inside, and compare them with the network in onnxruntime.',
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument('--weights', type=Path, help='checkpoint')
    source.add_argument('--bundle', type=Path, help='bundle in fp32, to make fp16 or int8 from')
    parser.add_argument('--size', type=_size, help='HxW of the images, as 360x480; with --weights')
    parser.add_argument('--precision', choices=PRECISIONS, default='fp32')
    parser.add_argument('-o', '--output', type=Path, required=True, help='folder of the bundle')
    parser.add_argument(
        '--classes', type=Path, help="class table of own data; default: the project's own tables"
    )
    parser.add_argument('--name', default='', help="the bundle's name; default: the folder's")
    parser.add_argument('--license', default='', help='licence of the weights, as text')
    parser.add_argument('--accuracy', type=Path, help='JSON file with what was measured')
    _add_measuring(parser.add_argument_group('fp16 and int8; see docs/precision.md'))
    parser.set_defaults(run=run)


def _add_measuring(group: Any) -> None:
    group.add_argument(
        '--calibration',
        type=Path,
        metavar='FOLDER',
        help='images or a video like what is to come: the ranges of int8, and without --data the '
        'frames that labels are compared on',
    )
    group.add_argument('--data', type=Path, help='labelled video to compare labels and mIoU on')
    group.add_argument('--dataset', choices=NAMES, default='camvid')
    group.add_argument('--split', default='val')
    group.add_argument(
        '--force',
        action='store_true',
        help='write it even if labels agree less than '
        + ', '.join(f'{floor:.0%} ({name})' for name, floor in FLOORS.items()),
    )


def run(args: argparse.Namespace) -> None:
    """Export what the command line names."""
    _check(args)
    if args.bundle is not None:
        _convert(Bundle.open(args.bundle), args)
    elif args.precision == 'fp32':
        _export(args, args.output)
    else:
        args.output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=args.output.parent, prefix='.fp32.') as temporary:
            single = Path(temporary) / 'fp32'
            _export(args, single)
            _convert(Bundle.open(single), args)


def _check(args: argparse.Namespace) -> None:
    """Raise an error for arguments that do not go together, before anything takes minutes."""
    if args.bundle is not None:
        own = {'--size': args.size, '--classes': args.classes, '--accuracy': args.accuracy}
        given = [name for name, value in own.items() if value] + ['--license'] * bool(args.license)
        if given:
            raise ExportError(f'{given[0]} is in the bundle already: leave it out with --bundle')
        if args.precision == 'fp32':
            raise ExportError('--bundle is in fp32 already: choose --precision fp16 or int8')
    elif args.size is None:
        raise ExportError('--weights need the size of the images: give --size, as 360x480')
    if args.precision == 'int8' and args.calibration is None:
        raise ExportError(
            'int8 needs images that show the range of values: give their folder with --calibration'
        )
    check_place(args.output)
    if args.calibration is not None:
        open_source(args.calibration)
    if args.data is not None:
        open_dataset(args.dataset, args.data, args.split)


def _export(args: argparse.Namespace, folder: Path) -> None:
    accuracy = _read_json(args.accuracy) if args.accuracy else {}
    network = load_checkpoint(args.weights)
    sys.stdout.write(f'exporting {network.description.variant}; large networks take minutes\n')
    sys.stdout.flush()
    agreement = export_bundle(
        network, args.size, folder, args.name, accuracy, args.license, args.classes
    )
    sys.stdout.write(
        f'{args.output}: {_megabytes(folder):.1f} MB in fp32; onnxruntime against the network: '
        f'{agreement.labels:.3%} of labels equal, values differ by at most '
        f'{agreement.difference:.1e} of their maximum\n'
    )


def _convert(bundle: Bundle, args: argparse.Namespace) -> None:
    calibration = shown = None
    if args.calibration is not None:
        calibration = shown = footage.recorded(args.calibration, bundle.manifest)
    if args.data is not None:
        dataset = open_dataset(args.dataset, args.data, args.split)
        shown = footage.labelled(dataset, f'{args.dataset} {args.split}', bundle)
    convert_bundle(
        bundle,
        args.output,
        args.precision,
        shown or footage.made_up(bundle.manifest),
        calibration if args.precision == 'int8' else None,
        name=args.name,
        force=args.force,
    )
    found = Bundle.open(args.output).manifest.accuracy['precision']
    miou = f'; mIoU {found["miou"]}, in fp32 {found["miou_fp32"]}' if 'miou' in found else ''
    sys.stdout.write(
        f'{args.output}: {_megabytes(args.output):.1f} MB in {args.precision}; '
        f'{found["agreement"]} % of the labels are those of fp32, {found["least_of_a_frame"]} % '
        f'of the worst frame ({found["frames"]}){miou}\n'
    )


def _megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.iterdir()) / 1e6


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
