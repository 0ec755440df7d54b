# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What a graph must keep to so that TensorRT can read it, seen in the file alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import onnx
from onnx import TensorProto, shape_inference

OPSETS = (18, 19)  # 19 in int8, whose scales are of half precision
#: The parser knows no such nodes; NonZero and the like would make shapes depend on the data.
UNKNOWN = {'DeformConv', 'MaxUnpool', 'MaxRoiPool', 'Unique', 'NonZero', 'Compress', 'Loop', 'If'}
BYTES = (TensorProto.UINT8, TensorProto.INT8)
READS_BYTES = ('Cast', 'DequantizeLinear', 'QuantizeLinear')


def complaints(path: Path) -> list[str]:
    """Return everything in a file that breaks a rule."""
    model = shape_inference.infer_shapes(onnx.load(path), strict_mode=True, data_prop=True)
    return [*_of_model(model), *_of_tensors(model), *_of_nodes(model)]


def _of_model(model: onnx.ModelProto) -> Iterator[str]:
    opsets = [(opset.domain, opset.version) for opset in model.opset_import]
    if opsets not in ([('', opset)] for opset in OPSETS):
        yield f'operator sets {opsets}'
    read = {name for node in model.graph.node for name in node.input}
    read |= {value.name for value in model.graph.output}
    yield from (f'unused {v.name}' for v in model.graph.input if v.name not in read)
    yield from (f'unused {w.name}' for w in model.graph.initializer if w.name not in read)


def _of_tensors(model: onnx.ModelProto) -> Iterator[str]:
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info):
        tensor = value.type.tensor_type
        if any(not axis.dim_value for axis in tensor.shape.dim):
            yield f'{value.name} has no fixed shape'
        if tensor.elem_type == TensorProto.DOUBLE:
            yield f'{value.name} is of double precision'


def _of_nodes(model: onnx.ModelProto) -> Iterator[str]:
    graph = model.graph
    values = (*graph.input, *graph.output, *graph.value_info)
    types = {value.name: value.type.tensor_type.elem_type for value in values}
    types |= {weight.name: weight.data_type for weight in graph.initializer}
    for node in graph.node:
        if node.op_type in UNKNOWN or node.domain:
            yield f'{node.domain}:{node.op_type} is not known'
        kinds = [types[name] for name in node.input if name]
        if node.op_type not in READS_BYTES and any(kind in BYTES for kind in kinds):
            yield f'{node.op_type} reads bytes: cast first'
        if node.op_type == 'GridSample' and kinds[0] != kinds[1]:
            yield 'GridSample reads two types'
        made = types[node.output[0]]
        if node.op_type == 'Cast' and made in BYTES and kinds != [TensorProto.FLOAT16]:
            yield 'bytes are made of something else than float16, which older engines cannot'
