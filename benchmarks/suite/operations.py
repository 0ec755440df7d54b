# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Multiply-adds of a graph, counted node by node as papers do: convolutions and products."""

from __future__ import annotations

import math
from pathlib import Path

import onnx
from onnx import shape_inference


def multiply_adds(path: Path) -> int:
    """Return how many a run of the graph takes."""
    model = shape_inference.infer_shapes(onnx.load(path), strict_mode=True, data_prop=True)
    graph = model.graph
    shapes = {w.name: tuple(w.dims) for w in graph.initializer}
    for value in (*graph.input, *graph.output, *graph.value_info):
        shapes[value.name] = tuple(d.dim_value for d in value.type.tensor_type.shape.dim)
    return sum(_of_node(node, shapes) for node in graph.node)


def _of_node(node: onnx.NodeProto, shapes: dict[str, tuple[int, ...]]) -> int:
    if node.op_type == 'Conv':  # every output value is a product with one kernel
        return math.prod(shapes[node.output[0]]) * math.prod(shapes[node.input[1]][1:])
    if node.op_type == 'ConvTranspose':  # every input value is spread over one
        return math.prod(shapes[node.input[0]]) * math.prod(shapes[node.input[1]][1:])
    if node.op_type in ('MatMul', 'Gemm'):
        return math.prod(shapes[node.output[0]]) * shapes[node.input[0]][-1]
    return 0
