# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Q/DQ in TensorRT's style, and what it leaves alone."""

from __future__ import annotations

import numpy as np
import onnx_ir as ir
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from onnx import helper
from support.exports import PLAIN, Exports
from support.graphs import graph_of, two_convs

from accel_model.export.precision.files import content, read_graph
from accel_model.export.precision.quantise import LEVELS, SMALLEST_SCALE, quantisable, quantise
from accel_model.export.running import Graphs

WEIGHTS = arrays.arrays(
    np.float32, (3, 2, 1, 1), elements=st.floats(-1e4, 1e4, width=32, allow_subnormal=False)
)


def quantised(weight: np.ndarray, largest: float) -> ir.Model:
    """Return ReLU and a 1x1 convolution, the latter in int8."""
    nodes = [
        helper.make_node('Relu', ['x'], ['a']),
        helper.make_node('Conv', ['a', 'w'], ['y']),
    ]
    size = [1, weight.shape[1], 1, 1]
    model = graph_of(nodes, {'x': size}, {'y': [1, weight.shape[0], 1, 1]}, w=weight)
    quantise(model.graph, {model.graph[1]: largest})
    return model


@settings(max_examples=30, deadline=None)
@given(WEIGHTS, st.floats(0, 1e4))
def test_a_product_is_off_by_half_a_step_at_most(weight: np.ndarray, largest: float) -> None:
    x = np.float32([largest, largest / 3]).reshape(1, 2, 1, 1)
    found = Graphs({'g': content(quantised(weight, largest))}).run('g', x=x)['y'].ravel()
    step = max(largest / LEVELS, SMALLEST_SCALE)
    for row, value in zip(weight[:, :, 0, 0].astype(float), found):
        size = max(np.abs(row).max() / LEVELS, SMALLEST_SCALE)
        bound = step / 2 * np.abs(row).sum() + size / 2 * x.sum() + step * size
        assert abs(value - row @ x.ravel()) <= 1.001 * bound


def test_everything_is_symmetric_and_weights_have_a_scale_per_channel() -> None:
    weight = np.float32([[1, -2], [50, 4], [0, 0]])[..., None, None]
    model = quantised(weight, 6)
    assert [n.op_type for n in model.graph] == [
        'Relu', 'QuantizeLinear', 'DequantizeLinear', 'DequantizeLinear', 'Conv',
    ]  # fmt: skip
    kept = {name: value.const_value.numpy() for name, value in model.graph.initializers.items()}
    assert kept['w_int8'][:, :, 0, 0].tolist() == [[64, -127], [127, 10], [0, 0]]
    np.testing.assert_allclose(kept['w_int8_scale'], [2 / 127, 50 / 127, SMALLEST_SCALE], 1e-6)
    assert kept['a_int8_scale'] == np.float32(6 / 127)
    zeros = [array for name, array in kept.items() if name.endswith('_zero')]
    assert len(zeros) == 2 and not any(array.any() for array in zeros)
    assert {array.dtype for array in zeros} == {np.dtype(np.int8)}
    assert 'w' not in kept


def test_first_layers_flow_positions_scores_and_groups_stay(exports: Exports) -> None:
    bundle = exports('accel-18', PLAIN).bundle
    graph = read_graph(bundle.graph_path('update')).graph
    chosen = {str(node.inputs[1].name) for node in quantisable(graph)}
    assert chosen and not any(
        word in name for name in chosen for word in ('flow', 'offset', 'conv0', 'score')
    )
    assert any('branch2b.weight' in name or 'view' in name for name in chosen)
    graph = read_graph(exports('accel-lite', PLAIN).bundle.graph_path('keyframe')).graph
    for node in quantisable(graph):
        assert node.attributes.get_int('group', 1) == 1
    assert not quantisable(two_convs(1, 1).graph)[1:]


def test_values_and_weights_are_quantised_once_whoever_reads_them() -> None:
    nodes = [
        helper.make_node('Relu', ['x'], ['a']),
        helper.make_node('Conv', ['a', 'w'], ['y']),
        helper.make_node('Conv', ['a', 'w'], ['z']),
    ]
    shape, weight = [1, 1, 1, 1], np.ones((1, 1, 1, 1), np.float32)
    model = graph_of(nodes, {'x': shape}, {'y': shape, 'z': shape}, w=weight)
    quantise(model.graph, {model.graph[1]: 1.0, model.graph[2]: 1.0})
    kinds = [node.op_type for node in model.graph]
    assert kinds.count('QuantizeLinear') == 1 and kinds.count('DequantizeLinear') == 2
    found = Graphs({'g': content(model)}).run('g', x=np.full(shape, 0.5, np.float32))
    assert found['y'] == found['z'] == pytest.approx(0.5, abs=1 / 127)


@pytest.mark.parametrize('dtype', [np.float32, np.float16])
def test_scales_are_of_the_convolution_s_type(dtype: type) -> None:
    from accel_model.export.precision.half import to_half

    model = two_convs(3, 5)
    [node] = quantisable(model.graph)
    if dtype == np.float16:
        to_half(model.graph)
    quantise(model.graph, {node: 2.0})
    scales = [v for name, v in model.graph.initializers.items() if name.endswith('_scale')]
    assert len(scales) == 2 and {v.const_value.numpy().dtype for v in scales} == {np.dtype(dtype)}
