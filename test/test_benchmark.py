# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The parts of the benchmark that can be wrong without anybody noticing."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from benchmarks.suite.operations import multiply_adds
from benchmarks.suite.tables import mean_ms, render


def test_multiply_adds_are_those_of_the_formulas(tmp_path):
    weights = {
        'conv': np.zeros((8, 2, 3, 3), np.float32),  # two groups
        'up': np.zeros((8, 5, 4, 4), np.float32),
        'product': np.zeros((20, 7), np.float32),
    }
    nodes = [
        helper.make_node('Conv', ['x', 'conv'], ['a'], group=2, pads=[1, 1, 1, 1]),
        helper.make_node('Relu', ['a'], ['b']),
        helper.make_node('ConvTranspose', ['b', 'up'], ['c'], strides=[2, 2], pads=[1] * 4),
        helper.make_node('MatMul', ['c', 'product'], ['y']),
    ]
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (('x', [1, 4, 6, 10]), ('y', [1, 5, 12, 7]))
    ]
    constants = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, 'graph', ends[:1], ends[1:], constants)
    path = tmp_path / 'graph.onnx'
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 18)]), path)
    conv, up, product = 8 * 60 * 2 * 9, 8 * 60 * 5 * 16, 5 * 12 * 7 * 20
    assert multiply_adds(path) == conv + up + product


def row(key: float, update: float | None) -> dict:
    times = {
        kind: {'count': int(ms is not None), 'p50': ms or 0.0, 'p95': ms or 0.0}
        for kind, ms in (('key_ms', key), ('update_ms', update))
    }
    return {
        'variant': 'accel-18',
        'size': '8x8',
        'multiply_adds': {'keyframe': 2e9, 'update': 1e9},
        'start_ms': {'load': 1.0},
        'memory_mib': {'loaded': 1.0, 'running': 2.0},
        **times,
    }


def test_a_mean_frame_is_one_keyframe_and_the_updates_of_the_interval():
    assert mean_ms(row(100.0, 50.0), 5) == pytest.approx(60.0)
    assert mean_ms(row(100.0, None), 5) == 100.0


def test_ratios_are_to_the_networks_own_keyframe():
    table = render({'machine': {}, 'variants': [row(100.0, 50.0)]}, 5)
    assert '| accel-18 | 8x8 | 2.0 | 1.0 | 100 | 100 | 50 | 50 | 0.50 | 0.60 | 0.55 |' in table
