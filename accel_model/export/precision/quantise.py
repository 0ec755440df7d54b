# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Convolutions in int8, in TensorRT's style: quantise and dequantise before each, no more.

Symmetric, with the zero point 0; one scale for an activation, one per channel for a weight; the
bias stays as it is. An engine turns dequantise, convolution, activation, quantise into one kernel.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx_ir as ir

from accel_model.export.precision.half import half_nodes
from accel_model.export.precision.regions import upstream

LEVELS = 127
SMALLEST_SCALE = 2.0**-20  # float16 still has it, if as a subnormal number


def quantisable(graph: ir.Graph) -> list[ir.Node]:
    """
    Return the convolutions that bear int8.

    Not the first ones, which read pixels, nor the flow network, which measures fractions of a
    cell, nor what predicts positions and scores; and none in groups, of which TensorRT makes
    dense ones in int8.
    """
    half = half_nodes(graph)
    flow = upstream(value for value in graph.outputs if value.name == 'flow')
    return [
        node
        for node in graph
        if node.op_type == 'Conv'
        and node in half - flow
        and node.attributes.get_int('group', 1) == 1
        and any(before.op_type == 'Conv' for before in upstream(node.inputs[:1]))
    ]


def quantise(graph: ir.Graph, ranges: Mapping[ir.Node, float]) -> None:
    """
    Quantise the inputs and weights of some convolutions, in place.

    :param ranges: the convolutions, and the largest absolute value of each one's input
    """
    made: dict[ir.Value, ir.Value] = {}  # convolutions may share inputs, and weights
    for node, largest in ranges.items():
        value, weight = node.inputs[0], node.inputs[1]
        assert value is not None and weight is not None
        if value not in made:
            made[value] = _activation(graph, value, largest)
        if weight not in made:
            made[weight] = _weight(graph, node, weight)
        node.replace_input_with(0, made[value])
        node.replace_input_with(1, made[weight])
        if not weight.uses():
            del graph.initializers[str(weight.name)]


def _activation(graph: ir.Graph, value: ir.Value, largest: float) -> ir.Value:
    assert value.dtype is not None
    scale = np.asarray(max(largest / LEVELS, SMALLEST_SCALE), value.dtype.numpy())
    name = f'{value.name}_int8'
    scales = _constant(graph, f'{name}_scale', scale)
    zero = _constant(graph, f'{name}_zero', np.zeros((), np.int8))
    quantised = ir.node('QuantizeLinear', [value, scales, zero], name=f'node_{name}')
    dequantised = ir.node(
        'DequantizeLinear', [quantised.outputs[0], scales, zero], name=f'node_{name}_value'
    )
    quantised.outputs[0].name, dequantised.outputs[0].name = name, f'{name}_value'
    quantised.outputs[0].dtype, dequantised.outputs[0].dtype = ir.DataType.INT8, value.dtype
    quantised.outputs[0].shape = dequantised.outputs[0].shape = value.shape
    producer = value.producer()
    assert producer is not None
    graph.insert_after(producer, [quantised, dequantised])
    return dequantised.outputs[0]


def _weight(graph: ir.Graph, node: ir.Node, weight: ir.Value) -> ir.Value:
    assert weight.const_value is not None and weight.dtype is not None
    array = weight.const_value.numpy().astype(np.float32)
    largest = np.abs(array).max((1, 2, 3))
    scale = np.maximum(largest / LEVELS, SMALLEST_SCALE).astype(weight.dtype.numpy())
    steps = np.round(array / scale.astype(np.float32)[:, None, None, None])
    name = f'{weight.name}_int8'
    inputs = [
        _constant(graph, name, np.clip(steps, -LEVELS, LEVELS).astype(np.int8)),
        _constant(graph, f'{name}_scale', scale),
        _constant(graph, f'{name}_zero', np.zeros(scale.shape, np.int8)),
    ]
    dequantised = ir.node('DequantizeLinear', inputs, {'axis': 0}, name=f'node_{name}_value')
    dequantised.outputs[0].name, dequantised.outputs[0].dtype = f'{name}_value', weight.dtype
    dequantised.outputs[0].shape = ir.Shape(array.shape)
    graph.insert_before(node, dequantised)
    return dequantised.outputs[0]


def _constant(graph: ir.Graph, name: str, array: np.ndarray) -> ir.Value:
    constant = ir.val(name, const_value=ir.tensor(array, name=name))
    graph.register_initializer(constant)
    return constant
