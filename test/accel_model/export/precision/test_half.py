# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What is of which type in a graph of mixed precision, and that it is the same function."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnx_ir as ir
import pytest
from support.exports import ODD, PLAIN, Exports
from support.graphs import two_convs

from accel_model.export.precision.convert import write_graphs
from accel_model.export.precision.faithful import pin
from accel_model.export.precision.files import content, read_graph
from accel_model.export.precision.footage import made_up
from accel_model.export.precision.half import to_half
from accel_model.export.running import Graphs, Walk
from accel_ros.bundle import Bundle

FLOAT, HALF = ir.DataType.FLOAT, ir.DataType.FLOAT16
CASES = [('accel-18', PLAIN), ('accel-101', ODD), ('accel-lite', PLAIN)]


@pytest.fixture(params=CASES, ids=lambda case: case[0])
def single(request: pytest.FixtureRequest, exports: Exports) -> Bundle:
    return exports(*request.param).bundle


def halved(bundle: Bundle, folder: Path) -> dict[str, ir.Graph]:
    written = write_graphs(bundle, folder)
    return {name: read_graph(folder / spec.file).graph for name, spec in written.items()}


def test_positions_scores_and_softmaxes_stay_single(single: Bundle, tmp_path: Path) -> None:
    exact = {'GridSample', 'ArgMax', 'Exp', 'GreaterOrEqual', 'Less', 'Round', 'Sqrt', 'ReduceL2'}
    for graph in halved(single, tmp_path).values():
        for node in graph:
            if node.op_type in exact:
                assert HALF not in {value.dtype for value in node.inputs}
    flow = {v.name: v.dtype for v in halved(single, tmp_path)['update'].outputs}
    assert flow['flow'] == FLOAT and flow['state_out'] == HALF


def test_the_flow_is_single_from_its_prediction_on(exports: Exports, tmp_path: Path) -> None:
    graph = halved(exports('accel-18', PLAIN).bundle, tmp_path)['update']
    [flow] = [value for value in graph.outputs if value.name == 'flow']
    node = flow.producer()
    while node.op_type != 'Conv':
        assert all(v.dtype == FLOAT for v in node.inputs if v.dtype in (FLOAT, HALF))
        node = node.inputs[0].producer()
    assert node.inputs[1].dtype == FLOAT and node.inputs[1].shape[0] == 2


def test_all_weights_are_half_but_those_of_positions_and_scores(
    single: Bundle, tmp_path: Path
) -> None:
    # That of `Match` has no name of its own: it is part of a softmax.
    words = ('upsampling', 'offset', 'predict_flow', 'score', 'after', '_half', 'cat')
    for graph in halved(single, tmp_path).values():
        layers = [node for node in graph if node.op_type in ('Conv', 'ConvTranspose')]
        exact = [node.inputs[1].name for node in layers if node.inputs[1].dtype == FLOAT]
        assert not [name for name in exact if not any(word in name for word in words)]
        assert len(exact) <= len(layers) / 3
        assert all(value.uses() for value in graph.initializers.values())


def test_states_fit_from_graph_to_graph_and_so_do_their_values(
    single: Bundle, tmp_path: Path
) -> None:
    models = {name: read_graph(single.graph_path(name)) for name in single.manifest.graphs}
    for model in models.values():
        to_half(model.graph)
        pin(model.graph)
        onnx.checker.check_model(ir.to_proto(model), full_check=True)
    half = Graphs({name: content(model) for name, model in models.items()})
    full = Graphs({name: single.graph_path(name) for name in single.manifest.graphs})
    walks = Walk(full), Walk(half)
    for look in made_up(single.manifest).read():
        due, found = (walk.step(look.image, look.keyframe)[1] for walk in walks)
        for name in due.keys() & {'state', 'state_out', 'flow', 'drift'}:
            assert found[name].dtype == (np.float16 if 'state' in name else np.float32)
            # A deformable layer of random weights samples noise: it multiplies what is rounded.
            assert np.abs(found[name] - due[name]).mean() <= 0.02 * np.abs(due[name]).max()
    moved = half.run('propagate', state=found['state_out'], flow=found['flow'])['state_out']
    assert moved.dtype == np.float16 and np.isfinite(moved).all()


def test_a_value_is_cast_once_whoever_reads_it() -> None:
    model = two_convs(1, 1)
    to_half(model.graph)
    assert [node.op_type for node in model.graph] == ['Cast', 'Conv', 'Relu', 'Conv']
    assert {value.dtype for value in model.graph.initializers.values()} == {HALF}
