# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What stays in single precision is found from what it is for."""

from __future__ import annotations

import numpy as np
import onnx_ir as ir
from onnx import helper
from support.graphs import graph_of

from accel_model.export.precision.regions import (
    exact_nodes,
    positions,
    scores,
    softmaxes,
    upstream,
)

SHAPE = [1, 2, 4, 4]


def names(nodes: set[ir.Node]) -> set[str]:
    """Return what nodes make."""
    return {str(node.outputs[0].name) for node in nodes}


def sampler() -> ir.Graph:
    """x -> trunk -> offset -> moved -> grid; x is sampled there, scored, and the best is taken."""
    weight = np.ones((2, 2, 1, 1), np.float32)
    nodes = [
        helper.make_node('Conv', ['x', 'w'], ['trunk']),
        helper.make_node('Conv', ['trunk', 'w'], ['offset']),
        helper.make_node('Add', ['offset', 'base'], ['moved']),
        helper.make_node('Transpose', ['moved'], ['grid'], perm=[0, 2, 3, 1]),
        helper.make_node('GridSample', ['x', 'grid'], ['sampled']),
        helper.make_node('Conv', ['sampled', 'w'], ['feat']),
        helper.make_node('Conv', ['feat', 'w'], ['score']),
        helper.make_node('Relu', ['score'], ['shown']),
        helper.make_node('ArgMax', ['shown'], ['best'], axis=1),
        helper.make_node('Cast', ['best'], ['y'], to=1),
    ]
    base = np.zeros(SHAPE, np.float32)
    return graph_of(nodes, {'x': SHAPE}, {'y': [1, 1, 4, 4]}, w=weight, base=base).graph


def test_positions_begin_with_the_convolution_that_predicts_them() -> None:
    assert names(positions(sampler())) == {'offset', 'moved', 'grid'}


def test_scores_begin_with_the_last_convolution() -> None:
    assert names(scores(sampler())) == {'score', 'shown'}


def test_an_output_named_flow_is_a_position_too() -> None:
    nodes = [
        helper.make_node('Conv', ['x', 'w'], ['raw']),
        helper.make_node('Mul', ['raw', 'scale'], ['flow']),
    ]
    weights = {'w': np.ones((2, 2, 1, 1), np.float32), 'scale': np.float32(2.5)}
    graph = graph_of(nodes, {'x': SHAPE}, {'flow': SHAPE}, **weights).graph
    assert names(positions(graph)) == names(exact_nodes(graph)) == {'raw', 'flow'}


def test_a_softmax_ends_with_its_division_whatever_sums_it_up() -> None:
    nodes = [
        helper.make_node('Exp', ['x'], ['e']),
        helper.make_node('Conv', ['e', 'w'], ['sums']),
        helper.make_node('Div', ['e', 'sums'], ['share']),
        helper.make_node('Conv', ['share', 'w'], ['y']),
    ]
    weight = np.ones((2, 2, 1, 1), np.float32)
    graph = graph_of(nodes, {'x': SHAPE}, {'y': SHAPE}, w=weight).graph
    assert names(softmaxes(graph)) == {'e', 'sums', 'share'}


def test_upstream_is_all_or_as_far_as_a_kind() -> None:
    graph = sampler()
    [sampled] = [node.outputs[0] for node in graph if node.op_type == 'GridSample']
    assert names(upstream([sampled])) == {'trunk', 'offset', 'moved', 'grid', 'sampled'}
    assert names(upstream([sampled], 'GridSample')) == {'sampled'}
    assert upstream([None]) == set()
