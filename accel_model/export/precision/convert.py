# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A bundle in lower precision, made from one in single precision."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from accel_model.export.bundle import taking_place
from accel_model.export.precision.agreement import Comparison, compare
from accel_model.export.precision.files import read_graph, write_graph
from accel_model.export.precision.footage import INTERVAL, Footage, Look
from accel_model.export.precision.half import to_half
from accel_model.export.precision.quantise import quantise
from accel_model.export.precision.ranges import Ranges, in_range, observe
from accel_model.export.verify import ExportError
from accel_ros.bundle import Bundle, write_manifest
from accel_ros.manifest import GraphSpec

#: Smallest share of labels that have to be those of fp32.
FLOORS = {'fp16': 0.99, 'int8': 0.97}
OPSET_INT8 = 19  # the first whose Q/DQ may have scales, and so values, in float16


def convert_bundle(
    bundle: Bundle,
    folder: Path,
    precision: str,
    footage: Footage,
    calibration: Footage | None = None,
    *,
    name: str = '',
    force: bool = False,
) -> Comparison:
    """
    Write a bundle in lower precision, and compare its labels with those of the bundle in fp32.

    :param precision: fp16 or int8
    :param footage: frames to compare on
    :param calibration: frames that show the range of values; int8 needs them
    :param name: of the new bundle; default: the folder's
    :param force: write it even if fewer labels agree than `FLOORS` demands
    :raises ExportError: the bundle is not fp32, too few labels agree, or values are not finite
    """
    if bundle.manifest.precision != 'fp32':
        raise ExportError(
            f'{bundle.path} is {bundle.manifest.precision} already: make {precision} from the '
            'bundle in fp32'
        )
    if folder.resolve() == bundle.path.resolve():
        raise ExportError(f'{folder} is the bundle in fp32 itself: choose another folder')
    ranges = None
    if calibration is not None:
        ranges = observe(bundle, calibration, _shown(calibration, 'calibrate'))
    with taking_place(folder) as partial:
        shutil.copyfile(bundle.path / bundle.manifest.classes, partial / bundle.manifest.classes)
        graphs = write_graphs(bundle, partial, ranges)
        manifest = replace(
            bundle.manifest, name=name or folder.name, precision=precision, graphs=graphs
        )
        lower = write_manifest(partial, manifest)
        comparison = compare(bundle, lower, _shown(footage, 'compare'))
        if comparison.labels < FLOORS[precision] and not force:
            raise ExportError(_too_few(comparison, precision, footage))
        report = _report(comparison, footage, calibration)
        accuracy = {**manifest.accuracy, 'precision': report}
        write_manifest(partial, replace(manifest, accuracy=accuracy))
    return comparison


def write_graphs(
    bundle: Bundle, folder: Path, ranges: Ranges | None = None
) -> dict[str, GraphSpec]:
    """
    Write a bundle's graphs in half precision, convolutions that bear it in int8.

    :param ranges: what `observe` gives; None: no int8
    :returns: the graphs' tensors
    """
    graphs = {}
    for name, spec in bundle.manifest.graphs.items():
        model = read_graph(bundle.graph_path(name))
        nodes = {} if ranges is None else in_range(model.graph, ranges.get(name, {}))
        to_half(model.graph)
        if nodes:
            model.graph.opset_imports[''] = OPSET_INT8
            quantise(model.graph, nodes)
        graphs[name] = write_graph(model, folder / spec.file)
    return graphs


def _shown(footage: Footage, what: str) -> Iterator[Look]:
    """Yield the frames and show how far it is."""
    return iter(tqdm(footage.read(), what, footage.count, unit='frame', disable=None))


def _report(
    comparison: Comparison, footage: Footage, calibration: Footage | None
) -> dict[str, Any]:
    """Return what the manifest says about it, in percent."""
    report: dict[str, Any] = {
        'measure': 'labels equal to those of fp32, in percent',
        'frames': f'{len(comparison.shares)} of {footage.name}, keyframe interval {INTERVAL}',
        'agreement': round(100 * comparison.labels, 3),
        'least_of_a_frame': round(100 * min(comparison.shares), 3),
    }
    if comparison.is_labelled:
        report['miou'] = round(100 * comparison.lower.mean_iou, 2)
        report['miou_fp32'] = round(100 * comparison.single.mean_iou, 2)
    if calibration is not None:
        report['calibration'] = calibration.name
    return report


def _too_few(comparison: Comparison, precision: str, footage: Footage) -> str:
    return (
        f'only {comparison.labels:.2%} of the {precision} labels are those of fp32 on '
        f'{footage.name}, and {FLOORS[precision]:.0%} have to be: try a higher precision, give '
        'frames like those to come, or take it as it is with --force'
    )
