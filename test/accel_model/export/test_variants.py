# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Every variant, and pairs of backbones, as bundles in onnxruntime, of a plain and an odd size."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper
from support.exports import CASES, Exported, Exports, name_of
from support.onnx_rules import complaints


@pytest.fixture(params=CASES, ids=name_of)
def exported(request: pytest.FixtureRequest, exports: Exports) -> Exported:
    return exports(*request.param)


def test_the_graphs_are_the_network(exported: Exported) -> None:
    assert exported.agreement.labels >= 0.9999 and exported.agreement.confidence >= 0.9999
    assert exported.agreement.difference <= 1e-5
    graphs = exported.bundle.manifest.graphs
    with_flow, fused = exported.network.flow is not None, exported.network.fusion_kind == 'score'
    assert set(graphs) == ({'keyframe', 'update', 'propagate'} if with_flow else {'keyframe'})
    if with_flow:
        assert (graphs['update'].tensor('drift') is not None) == fused


def test_tensorrt_can_read_the_graphs(exported: Exported) -> None:
    for graph in exported.bundle.manifest.graphs:
        assert complaints(exported.bundle.graph_path(graph)) == []


def test_what_tensorrt_cannot_read_is_found(tmp_path: Path) -> None:
    image = helper.make_tensor_value_info('image', TensorProto.UINT8, [1, 4, 4, 3])
    idle = helper.make_tensor_value_info('idle', TensorProto.FLOAT, [1, 'height'])
    feat = helper.make_tensor_value_info('feat', TensorProto.FLOAT16, [1, 2, 4, 4])
    grid = helper.make_tensor_value_info('grid', TensorProto.FLOAT, [1, 4, 4, 2])
    found = helper.make_tensor_value_info('found', TensorProto.FLOAT16, [1, 2, 4, 4])
    turned = helper.make_tensor_value_info('turned', TensorProto.UINT8, [1, 3, 4, 4])
    nodes = [
        helper.make_node('Transpose', ['image'], ['turned'], perm=[0, 3, 1, 2]),
        helper.make_node('GridSample', ['feat', 'grid'], ['found']),
    ]
    graph = helper.make_graph(nodes, 'g', [image, idle, feat, grid], [turned, found])
    opsets = [helper.make_opsetid('', 18), helper.make_opsetid('ai.onnx.ml', 3)]
    onnx.save(helper.make_model(graph, opset_imports=opsets), tmp_path / 'x.onnx')
    assert complaints(tmp_path / 'x.onnx') == [
        "operator sets [('', 18), ('ai.onnx.ml', 3)]",
        'unused idle',
        'idle has no fixed shape',
        'Transpose reads bytes: cast first',
        'GridSample reads two types',
    ]
