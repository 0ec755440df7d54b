# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Small ONNX graphs for tests of what rewrites them."""

from __future__ import annotations

import numpy as np
import onnx
import onnx_ir as ir
from onnx import TensorProto, helper, numpy_helper, shape_inference


def graph_of(
    nodes: list[onnx.NodeProto],
    inputs: dict[str, list[int]],
    outputs: dict[str, list[int]],
    **constants: np.ndarray,
) -> ir.Model:
    """Return a graph on float32 tensors, given by their shapes, with all its types known."""
    sides = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in side]
        for side in (inputs.items(), outputs.items())
    ]
    weights = [numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()]
    model = helper.make_model(
        helper.make_graph(nodes, 'graph', *sides, weights),
        opset_imports=[helper.make_opsetid('', 18)],
        ir_version=10,
    )
    onnx.checker.check_model(model, full_check=True)
    return ir.from_proto(shape_inference.infer_shapes(model, strict_mode=True))


def two_convs(first: float, second: float) -> ir.Model:
    """Return x [1, 1, 2, 2] times one number, ReLU, times another: y."""
    nodes = [
        helper.make_node('Conv', ['x', 'first'], ['a']),
        helper.make_node('Relu', ['a'], ['b']),
        helper.make_node('Conv', ['b', 'second'], ['y']),
    ]
    shape = [1, 1, 2, 2]
    weights = {
        name: np.full((1, 1, 1, 1), value, np.float32)
        for name, value in (('first', first), ('second', second))
    }
    return graph_of(nodes, {'x': shape}, {'y': shape}, **weights)
