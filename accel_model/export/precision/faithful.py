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

from accel_model.export.precision.regions import upstream

SCORES = 'scores'


def pin(graph: ir.Graph) -> None:
    """Put a reshape to its own shape behind every half value that a node makes, in place."""
    for node in list(graph):
        for value in node.outputs:
            if value.dtype == ir.DataType.FLOAT16 and value.uses():
                _pin(graph, node, value)


def show_scores(graph: ir.Graph) -> None:
    """Make what the labels are the arg-max of an output too: bytes hide what is not finite."""
    labels = [value for value in graph.outputs if value.name == 'labels']
    for node in upstream(labels, 'ArgMax'):
        if node.op_type == 'ArgMax' and (scores := node.inputs[0]) is not None:
            shown = ir.node('Identity', [scores], name=f'node_{SCORES}')
            [output] = shown.outputs
            output.name, output.type, output.shape = SCORES, scores.type, scores.shape
            graph.append(shown)
            graph.outputs.append(output)


def _pin(graph: ir.Graph, node: ir.Node, value: ir.Value) -> None:
    assert value.shape is not None
    sides = np.array(value.shape.numpy(), np.int64)
    shape = ir.val(f'{value.name}_shape', const_value=ir.tensor(sides))
    graph.register_initializer(shape)
    pinned = ir.node('Reshape', [value, shape])
    pinned.outputs[0].name = f'{value.name}_pinned'
    pinned.outputs[0].type, pinned.outputs[0].shape = value.type, value.shape
    for user, place in [*value.uses()]:
        if user is not pinned:
            user.replace_input_with(place, pinned.outputs[0])
    graph.insert_after(node, pinned)
