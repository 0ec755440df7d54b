# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Time of a bundle's graphs in onnxruntime on one CPU thread, by precision.

    python benchmarks/precision.py --calibration FOLDER [--bundle models/accel-lite] [--runs 30]

`int8/fp32` is int8 with everything else in float32, which `accel-model export` does not write:
CPUs have no arithmetic in half precision. Precisions take turns; each one's quickest run counts.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections.abc import Callable
from pathlib import Path

import onnx_ir as ir
from rich.table import Table

from accel_model.evaluate.tables import console
from accel_model.export.precision.convert import OPSET_INT8
from accel_model.export.precision.files import content, read_graph
from accel_model.export.precision.footage import Look, recorded
from accel_model.export.precision.half import to_half
from accel_model.export.precision.quantise import quantise
from accel_model.export.precision.ranges import in_range, observe
from accel_model.export.running import Graphs, Walk
from accel_ros.bundle import Bundle, default_bundle
from accel_ros.commandline import Parser, exit_status

Rewrite = Callable[[str, ir.Model], None]


def rewrites(bundle: Bundle, calibration: Path) -> dict[str, Rewrite]:
    """Return how each precision is made of a graph."""
    footage = recorded(calibration, bundle.manifest)
    ranges = observe(bundle, footage, footage.read())

    def int8(name: str, model: ir.Model, half: bool = True) -> None:
        nodes = in_range(model.graph, ranges[name])
        if half:
            to_half(model.graph)
            model.graph.opset_imports[''] = OPSET_INT8
        quantise(model.graph, nodes)

    return {
        'fp32': lambda name, model: None,
        'fp16': lambda name, model: to_half(model.graph),
        'int8': int8,
        'int8/fp32': lambda name, model: int8(name, model, half=False),
    }


def time_all(bundle: Bundle, made: dict[str, Rewrite], looks: list[Look], runs: int) -> Table:
    """Return the quickest keyframe and update of every precision, ms, and their gains."""
    walks = {}
    for precision, rewrite in made.items():
        models = {name: read_graph(bundle.graph_path(name)) for name in ('keyframe', 'update')}
        for name, model in models.items():
            rewrite(name, model)
        contents = {name: content(model) for name, model in models.items()}
        walks[precision] = Walk(Graphs(contents, threads=1))
    quickest: dict[tuple[str, str], float] = {}
    for look in looks * runs:
        for precision, walk in walks.items():
            start = time.perf_counter()
            graph, _ = walk.step(look.image, look.keyframe)
            taken = 1000 * (time.perf_counter() - start)
            quickest[precision, graph] = min(taken, quickest.get((precision, graph), taken))
    table = Table('precision', 'keyframe ms', 'gain', 'update ms', 'gain')
    for precision in walks:
        cells = []
        for graph in ('keyframe', 'update'):
            taken = quickest[precision, graph]
            cells += [f'{taken:.1f}', f'{quickest["fp32", graph] / taken:.2f}']
        table.add_row(precision, *cells)
    return table


def run(args: argparse.Namespace) -> None:
    """Print the table."""
    bundle = Bundle.open(args.bundle or default_bundle())
    frames = recorded(args.calibration, bundle.manifest).read()
    looks = list(itertools.islice(frames, 2))  # a keyframe and an update
    table = time_all(bundle, rewrites(bundle, args.calibration), looks, args.runs)
    console().print(table)


def main() -> int:
    """Read the command line; returns the exit status."""
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--calibration', type=Path, required=True, help='images or a video')
    parser.add_argument('--bundle', type=Path)
    parser.add_argument('--runs', type=int, default=30)
    args = parser.parse_args()
    return exit_status('precision', lambda: run(args))


if __name__ == '__main__':
    sys.exit(main())
