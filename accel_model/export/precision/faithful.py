# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Make onnxruntime keep to a graph's half precision.

On a CPU it computes convolutions in float32 and drops the casts between them, so that nothing is
rounded and nothing overflows. Reshape exists in float16: behind one, a value has to be of it.
"""

from __future__ import annotations

import numpy as np
import onnx_ir as ir

SCORES = 'scores'


def pin(graph: ir.Graph) -> None:
    """Put a reshape to its own shape behind every half value that a node makes, in place."""
    outputs = set(graph.outputs)
    for node in list(graph):
        for value in node.outputs:
            if value.dtype == ir.DataType.FLOAT16 and value not in outputs:
                _pin(graph, node, value)


def show_scores(graph: ir.Graph) -> None:
    """Make what the labels are the arg-max of an output too: bytes hide what is not finite."""
    [label] = [value for value in graph.outputs if value.name == 'labels']
    node = label.producer()
    while node is not None and node.op_type != 'ArgMax':
        node = node.inputs[0].producer()
    assert node is not None
    shown = ir.node('Identity', node.inputs)
    shown.outputs[0].name, shown.outputs[0].type = SCORES, node.inputs[0].type
    shown.outputs[0].shape = node.inputs[0].shape
    graph.append(shown)
    graph.outputs.append(shown.outputs[0])


def _pin(graph: ir.Graph, node: ir.Node, value: ir.Value) -> None:
    assert value.shape is not None
    shape = ir.val(f'{value.name}_shape', const_value=ir.tensor(np.int64(value.shape.numpy())))
    graph.register_initializer(shape)
    pinned = ir.node('Reshape', [value, shape])
    pinned.outputs[0].name = f'{value.name}_pinned'
    pinned.outputs[0].dtype, pinned.outputs[0].shape = value.dtype, value.shape
    value.replace_all_uses_with(pinned.outputs[0])
    pinned.replace_input_with(0, value)
    graph.insert_after(node, pinned)
