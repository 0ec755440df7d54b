# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""onnxruntime by itself neither rounds nor overflows in half precision; pinned graphs do."""

from __future__ import annotations

import numpy as np
import onnx
import onnx_ir as ir
import pytest
from support.exports import PLAIN, Exports
from support.graphs import two_convs

from accel_model.export.precision.faithful import SCORES, pin, show_scores
from accel_model.export.precision.files import content, read_graph
from accel_model.export.precision.half import to_half
from accel_model.export.running import Graphs


def run(model: ir.Model, x: float) -> float:
    """Run a graph of half precision on one number."""
    image = np.full((1, 1, 2, 2), x, np.float16 if half_input(model) else np.float32)
    return float(Graphs({'g': content(model)}).run('g', x=image)['y'][0, 0, 0, 0])


def half_input(model: ir.Model) -> bool:
    return model.graph.inputs[0].dtype == ir.DataType.FLOAT16


def halved(first: float, second: float) -> ir.Model:
    """Return two convolutions in half precision, whose result is float32 again."""
    model = two_convs(first, second)
    to_half(model.graph)
    cast = ir.node('Cast', [model.graph.outputs[0]], {'to': ir.DataType.FLOAT})
    model.graph.outputs[0].name = 'half_y'
    cast.outputs[0].name, cast.outputs[0].type = 'y', ir.TensorType(ir.DataType.FLOAT)
    cast.outputs[0].shape = model.graph.outputs[0].shape
    model.graph.append(cast)
    model.graph.outputs[0] = cast.outputs[0]
    return model


def test_overflow_shows_only_where_values_are_pinned() -> None:
    model = halved(1e4, 1e-4)
    assert run(model, 7) == pytest.approx(7, rel=2e-3)  # what lies between is 70000
    pin(model.graph)
    assert run(model, 7) == np.inf
    assert run(model, 6) == pytest.approx(6, rel=2e-3)


def test_values_are_rounded_where_they_are_pinned() -> None:
    model = halved(1 / 3, 3)
    pin(model.graph)
    third = np.float16(np.float16(1 / 3) * 5.0)
    assert run(model, 5) == np.float16(third * 3.0)


def test_pinning_leaves_the_function_of_a_graph_in_float32(exports: Exports) -> None:
    path = exports('deeplab-18', PLAIN).bundle.graph_path('keyframe')
    model = read_graph(path)
    pin(model.graph)
    image = np.random.default_rng(0).integers(0, 256, (1, *PLAIN, 3), np.uint8)
    graphs = Graphs({'plain': path, 'pinned': content(model)})
    due, found = (graphs.run(name, image=image) for name in ('plain', 'pinned'))
    assert all(np.array_equal(due[name], found[name]) for name in due)


def test_the_shown_scores_are_what_the_labels_are_the_best_of(exports: Exports) -> None:
    model = read_graph(exports('accel-18', PLAIN).bundle.graph_path('keyframe'))
    show_scores(model.graph)
    onnx.checker.check_model(ir.to_proto(model), full_check=True)
    image = np.random.default_rng(0).integers(0, 256, (1, *PLAIN, 3), np.uint8)
    outputs = Graphs({'g': content(model)}).run('g', image=image)
    np.testing.assert_array_equal(outputs[SCORES].argmax(1), outputs['labels'])
