# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Real builds by TensorRT for RTX, which needs no GPU for them."""

import pytest
from support.bundles import write_bundle

from accel_ros.engines.tensorrt import library
from accel_ros.engines.tensorrt.build import BuildCancelled, BuildOptions, build_engine
from accel_ros.errors import EngineError

pytest.importorskip('tensorrt_rtx', reason='needs TensorRT for RTX (requirements/test.txt)')
SM86 = BuildOptions(compute_capability='SM86')


@pytest.fixture(scope='module')
def trt():
    return library.load('tensorrt_rtx')


@pytest.fixture(scope='module')
def graph(tmp_path_factory):
    return write_bundle(tmp_path_factory.mktemp('bundle')) / 'propagate.onnx'


def test_an_engine_is_built_with_progress_from_0_to_100(trt, graph):
    seen = []
    built = build_engine(trt, graph, SM86, report=seen.append)
    assert len(built.engine) > 1000
    percents = [progress.percent for progress in seen]
    assert percents[0] == 0 and percents[-1] == 100
    assert percents == sorted(percents)
    assert any('Building engine' in progress.phase for progress in seen)
    assert str(seen[-1]) == 'Done, 100 %'


def test_a_build_stops_at_the_next_step_when_it_is_cancelled(trt, graph):
    seen = []

    with pytest.raises(BuildCancelled, match=r'propagate.onnx was cancelled; nothing was kept'):
        build_engine(trt, graph, SM86, report=seen.append, cancelled=lambda: len(seen) > 3)
    assert 3 < len(seen) < 10


@pytest.mark.parametrize(
    'content, complaint',
    [
        (b'', 'it holds no graph'),
        (b'not ONNX', 'Failed to parse the ONNX model'),
        (None, 'Input file cannot be found'),
    ],
)
def test_a_file_that_is_no_graph_is_one_clear_error(trt, tmp_path, content, complaint):
    path = tmp_path / 'graph.onnx'
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EngineError, match=complaint) as error:
        build_engine(trt, path, SM86)
    assert 'TensorRT for RTX' in str(error.value) and 'export the bundle again' in str(error.value)


def test_an_operator_that_is_not_supported_is_named_with_its_node(trt, graph, tmp_path):
    import onnx

    model = onnx.load(graph)
    model.graph.node[0].op_type = 'MaxUnpool'
    model.graph.node[0].name = 'the_culprit'
    onnx.save(model, tmp_path / 'odd.onnx')
    with pytest.raises(EngineError, match=r'node the_culprit \(MaxUnpool\)'):
        build_engine(trt, tmp_path / 'odd.onnx', SM86)


def test_a_target_that_does_not_exist_is_refused(trt, graph):
    with pytest.raises(EngineError, match='cannot build for SM33'):
        build_engine(trt, graph, BuildOptions(compute_capability='SM33'))


def test_a_tensorrt_that_is_missing_says_where_help_is(monkeypatch):
    monkeypatch.setitem(__import__('sys').modules, 'tensorrt', None)
    with pytest.raises(EngineError, match='TensorRT cannot be used: .*accel-ros doctor'):
        library.load('tensorrt')
