# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Which parts of a graph have to be in single precision, found from what they are for.

Half precision has 11 bits and ends at 65504. In cell 200 of a map a position is off by up to
1/16 cell, and warps add that up from frame to frame; a score of 16 has neighbours 1/64 away; the
square of 256 overflows, and so do sums over a map.
"""

from __future__ import annotations

from collections.abc import Iterable

import onnx_ir as ir

#: Where a network's arithmetic is, and its memory traffic: worth fewer bits.
PRODUCTS = {'Conv', 'ConvTranspose'}


def exact_nodes(graph: ir.Graph) -> set[ir.Node]:
    """Return the nodes that stay in single precision: positions, scores and softmaxes."""
    return positions(graph) | scores(graph) | softmaxes(graph)


def positions(graph: ir.Graph) -> set[ir.Node]:
    """
    Return what makes positions to sample at, from the convolution that predicts them on.

    That is the flow and the offsets of deformable convolutions with their border rule.
    """
    grids = [node.inputs[1] for node in graph if node.op_type == 'GridSample']
    return _made_by([*grids, *(value for value in graph.outputs if value.name == 'flow')])


def scores(graph: ir.Graph) -> set[ir.Node]:
    """Return what an arg-max compares, from the last convolution on: upsampling and softmax."""
    return _made_by(node.inputs[0] for node in graph if node.op_type == 'ArgMax')


def softmaxes(graph: ir.Graph) -> set[ir.Node]:
    """Return what lies between an exponential and the division by its sum, products too."""
    found: set[ir.Node] = set()
    ahead = [node for node in graph if node.op_type == 'Exp']
    while ahead:
        node = ahead.pop()
        if node not in found:
            found.add(node)
            if node.op_type not in ('Div', 'Reciprocal'):
                ahead += [user for output in node.outputs for user in output.consumers()]
    return found


def upstream(values: Iterable[ir.Value | None], until: str = '') -> set[ir.Node]:
    """Return the nodes that lead to some values, as far as the next ones of the kind `until`."""
    found: set[ir.Node] = set()
    behind = list(values)
    while behind:
        value = behind.pop()
        node = None if value is None else value.producer()
        if node is not None and node not in found:
            found.add(node)
            if node.op_type != until:
                behind += node.inputs
    return found


def _made_by(values: Iterable[ir.Value | None]) -> set[ir.Node]:
    return upstream(values, until='Conv')
