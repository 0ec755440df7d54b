# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Mixed precision: convolutions and what follows them in float16, the rest as it is."""

from __future__ import annotations

import numpy as np
import onnx_ir as ir

from accel_model.export.precision.regions import PRODUCTS, exact_nodes

#: Operators that pass on what a product has made; half precision goes through them.
FOLLOWING = {
    'Add', 'AveragePool', 'BatchNormalization', 'Clip', 'Concat', 'LeakyRelu', 'MaxPool', 'Mul',
    'Pad', 'Relu', 'Reshape', 'Resize', 'Slice', 'Transpose', 'Unsqueeze',
}  # fmt: skip
#: Tensors that go from graph to graph: half the memory, and half the way to it.
STATES = {'state', 'state_out'}
#: Inputs that are not of the operator's own type.
FIXED = {('Resize', 1), ('Resize', 2)}

FLOAT, HALF = ir.DataType.FLOAT, ir.DataType.FLOAT16


def to_half(graph: ir.Graph) -> None:
    """Rewrite a graph, whose values have types, in place; the state becomes half too."""
    _Converter(graph).run()


def half_nodes(graph: ir.Graph) -> set[ir.Node]:
    """Return the nodes that are to compute in half precision."""
    exact, half = exact_nodes(graph), set[ir.Node]()
    for node in graph:
        follows = any(value is not None and value.producer() in half for value in node.inputs)
        if node not in exact and (
            node.op_type in PRODUCTS or node.op_type in FOLLOWING and follows
        ):
            half.add(node)
    return half


class _Converter:
    def __init__(self, graph: ir.Graph) -> None:
        self._graph = graph
        self._half = half_nodes(graph)
        self._copies: dict[tuple[ir.Value, ir.DataType], ir.Value] = {}

    def run(self) -> None:
        made = {value for node in self._half for value in node.outputs}
        turned = made | {value for value in self._graph.inputs if value.name in STATES}
        for value in turned:
            value.dtype = HALF
        for node in list(self._graph):
            for place, given in enumerate(node.inputs):
                if given is None or (node.op_type, place) in FIXED:
                    continue
                if node in self._half and given.dtype == FLOAT:
                    node.replace_input_with(place, self._copy(given, HALF))
                elif node not in self._half and given in turned:
                    node.replace_input_with(place, self._copy(given, FLOAT))
        for place, output in enumerate(self._graph.outputs):
            if output.name in STATES and output.dtype != HALF:
                self._hand_over(place, output)
        unused = [name for name, value in self._graph.initializers.items() if not value.uses()]
        for name in unused:
            del self._graph.initializers[name]

    def _hand_over(self, place: int, output: ir.Value) -> None:
        """Put the half copy of an output in its place, under its name."""
        name, output.name = output.name, f'{output.name}_single'
        copy = self._copy(output, HALF)
        self._graph.outputs[place], copy.name = copy, name

    def _copy(self, value: ir.Value, dtype: ir.DataType) -> ir.Value:
        """Return the value as another type; made once."""
        if (value, dtype) not in self._copies:
            make = self._weight if value.is_initializer() else self._cast
            self._copies[value, dtype] = make(value, dtype)
        return self._copies[value, dtype]

    def _weight(self, value: ir.Value, dtype: ir.DataType) -> ir.Value:
        assert value.const_value is not None
        with np.errstate(over='ignore'):  # what comes of it is seen in the outputs
            array = value.const_value.numpy().astype(dtype.numpy())
        copy = ir.val(f'{value.name}_{dtype.name.lower()}', const_value=ir.tensor(array))
        self._graph.register_initializer(copy)
        return copy

    def _cast(self, value: ir.Value, dtype: ir.DataType) -> ir.Value:
        name = f'{value.name}_{dtype.name.lower()}'
        cast = ir.node('Cast', [value], {'to': dtype}, name=f'node_{name}')
        [copy] = cast.outputs
        copy.name, copy.dtype, copy.shape = name, dtype, value.shape
        producer = value.producer()
        if producer is None:
            self._graph.insert_before(self._graph[0], cast)
        else:
            self._graph.insert_after(producer, cast)
        return copy
