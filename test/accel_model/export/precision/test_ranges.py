# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The ranges that int8 has to span."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx_ir as ir
import pytest
from support.exports import PLAIN, Exports

from accel_model.export.precision.files import content, read_graph
from accel_model.export.precision.footage import Footage, Look, made_up
from accel_model.export.precision.quantise import quantisable
from accel_model.export.precision.ranges import observe
from accel_model.export.running import Graphs
from accel_model.export.verify import ExportError
from accel_ros.bundle import Bundle


def test_a_range_is_the_mean_of_the_largest_values(exports: Exports) -> None:
    bundle = exports('deeplab-18', PLAIN).bundle
    footage = made_up(bundle.manifest)
    found = observe(bundle, footage, footage.read())
    model = read_graph(bundle.graph_path('keyframe'))
    inputs = list(dict.fromkeys(node.inputs[0] for node in quantisable(model.graph)))
    model.graph.outputs.extend(inputs)
    graphs = Graphs({'keyframe': content(model)})
    runs = [graphs.run('keyframe', image=look.image[None]) for look in footage.read()]
    due = {str(v.name): np.mean([np.abs(run[str(v.name)]).max() for run in runs]) for v in inputs}
    assert set(found) == {'keyframe'} and found['keyframe'] == pytest.approx(due)


def test_frames_are_read_one_by_one(exports: Exports) -> None:
    bundle: Bundle = exports('deeplab-18', PLAIN).bundle
    alive: list[int] = []

    def looks() -> Iterator[Look]:
        for index in range(3):
            alive.append(index)
            yield Look(np.zeros((*PLAIN, 3), np.uint8), index == 0)
            assert alive == list(range(index + 1))

    observe(bundle, Footage('zeros', 3, looks), looks())
    assert alive == [0, 1, 2]


def test_damaged_graphs_are_found_out(exports: Exports, tmp_path: Path) -> None:
    source = exports('deeplab-18', PLAIN).bundle
    model = read_graph(source.graph_path('keyframe'))
    bias = next(n.inputs[2] for n in model.graph if n.op_type == 'Conv' and len(n.inputs) == 3)
    bias.const_value = ir.tensor(np.full_like(bias.const_value.numpy(), np.nan))
    (tmp_path / 'keyframe.onnx').write_bytes(content(model))
    damaged = Bundle(tmp_path, source.manifest, source.classes)
    footage = made_up(source.manifest)
    with pytest.raises(ExportError, match='of the graph keyframe are not finite on made-up'):
        observe(damaged, footage, footage.read())
