# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""How large the values get that int8 has to span."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import fmean

import numpy as np
import onnx_ir as ir

from accel_model.export.precision.files import content, read_graph
from accel_model.export.precision.footage import Footage, Look
from accel_model.export.precision.quantise import quantisable
from accel_model.export.running import Graphs, Walk
from accel_model.export.verify import ExportError
from accel_ros.bundle import Bundle

Ranges = dict[str, dict[str, float]]

_LARGEST = '_largest'


def observe(bundle: Bundle, footage: Footage, looks: Iterable[Look]) -> Ranges:
    """
    Return the largest absolute value of every convolution's input, by graph and the input's name.

    It is the mean over the frames of each frame's largest one: a single glare does not stretch
    it, and nothing but these numbers is kept of a frame.

    :param looks: the footage's frames; at least a keyframe and an update
    :raises ExportError: a graph has not run, or its values are not finite
    """
    graphs = [name for name in ('keyframe', 'update') if name in bundle.manifest.graphs]
    walk = Walk(Graphs({graph: _with_largest(bundle, graph) for graph in graphs}))
    seen: dict[str, dict[str, list[float]]] = {}
    for look in looks:
        graph, outputs = walk.step(look.image, look.keyframe)
        values = seen.setdefault(graph, {})
        for name, value in outputs.items():
            if name.endswith(_LARGEST):
                values.setdefault(name.removesuffix(_LARGEST), []).append(float(value))
    if len(seen) < len(graphs):
        raise ExportError(
            f'{footage.name} has too few images to calibrate on: give at least two, better a '
            'hundred from all the places where the camera will be'
        )
    ranges = {
        graph: {name: fmean(largest) for name, largest in values.items()}
        for graph, values in seen.items()
    }
    _demand_finite(ranges, footage)
    return ranges


def in_range(graph: ir.Graph, ranges: Mapping[str, float]) -> dict[ir.Node, float]:
    """Return the convolutions to quantise, with what was observed of their inputs."""
    inputs = {node: node.inputs[0] for node in quantisable(graph)}
    return {node: ranges[str(value.name)] for node, value in inputs.items() if value is not None}


def _with_largest(bundle: Bundle, name: str) -> bytes:
    """Return a graph with the largest absolute value of each quantisable input as an output."""
    model = read_graph(bundle.graph_path(name))
    graph = model.graph
    for value in dict.fromkeys(node.inputs[0] for node in quantisable(graph)):
        assert value is not None
        absolute = ir.node('Abs', [value])
        largest = ir.node('ReduceMax', [absolute.outputs[0]], {'keepdims': 0})
        absolute.outputs[0].name = f'{value.name}_absolute'
        [output] = largest.outputs
        output.name, output.type, output.shape = (
            f'{value.name}{_LARGEST}',
            value.type,
            ir.Shape([]),
        )
        graph.extend([absolute, largest])
        graph.outputs.append(output)
    return content(model)


def _demand_finite(ranges: Ranges, footage: Footage) -> None:
    for graph, values in ranges.items():
        for name, largest in values.items():
            if not np.isfinite(largest):
                raise ExportError(
                    f'the values {name} of the graph {graph} are not finite on {footage.name}: '
                    'the weights are damaged, or training diverged'
                )
