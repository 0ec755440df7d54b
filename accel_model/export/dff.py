# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Deep Feature Flow out of an Accel bundle: the carried state, scored by the keyframe's own head.

An Accel bundle holds all of it: how its updates carry the state, and how its keyframes turn a
state into labels. Put together that is DFF with the same weights: no update branch, no fusion.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.compose import add_prefix, merge_models

from accel_model.export.onnx_file import cut_graph, write_model
from accel_model.export.verify import ExportError
from accel_ros.bundle import Bundle, GraphSpec, TensorSpec, write_manifest
from accel_ros.errors import one_line
from accel_ros.manifest import MANIFEST

ANSWERS = ['labels', 'confidence']
CARRY = ['image', 'previous', 'state'], ['state_out', 'flow']


def dff_bundle(source: Bundle, folder: Path) -> Bundle:
    """
    Write the bundle of variant `dff` with the weights of another one.

    :raises ExportError: the folder exists, or the bundle's labels are not made of its state alone,
        as with feature fusion
    """
    if not source.has_update:
        raise ExportError(f'{source.path} has no updates: DFF carries features, so it needs them')
    if folder.exists():
        raise ExportError(f'{folder} exists: choose another folder')
    folder.mkdir(parents=True)
    try:
        update = _write_update(source, folder)
    except (ValueError, onnx.checker.ValidationError) as cause:
        shutil.rmtree(folder)
        raise ExportError(
            f'{source.path}: the labels of its keyframes are not made of the state that its '
            f'updates carry ({one_line(cause):.120}): export a network of variant dff instead'
        ) from cause
    manifest = source.manifest
    for name in manifest.files:
        if name not in {manifest.graphs['update'].file, MANIFEST}:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source.path / name, folder / name)
    graphs = {**manifest.graphs, 'update': update}
    name = f'{manifest.name}-dff'
    changed = replace(manifest, name=name, variant='dff', graphs=graphs, accuracy={})
    return write_manifest(folder, changed)


def _write_update(source: Bundle, folder: Path) -> GraphSpec:
    """Write update.onnx: carry the state, then score it as a keyframe's; returns its tensors."""
    head, carry = folder / 'head.onnx', folder / 'carry.onnx'
    keyframe = source.graph_path('keyframe')
    features = _features(onnx.load(keyframe).graph)
    cut_graph(keyframe, [features], ANSWERS, head)
    cut_graph(source.graph_path('update'), *CARRY, carry)
    scoring = onnx.load(head)
    if features != 'state':
        _take_from_state(scoring.graph, source.manifest.graphs['keyframe'].tensor('state'))
    scoring = add_prefix(scoring, 'head_', rename_inputs=True, rename_outputs=False)
    merged = merge_models(
        onnx.load(carry),
        scoring,
        io_map=[('state_out', 'head_state')],
        outputs=['labels', 'confidence', 'state_out', 'flow'],
    )
    head.unlink()
    carry.unlink()
    return write_model(merged, folder / source.manifest.graphs['update'].file)


def _features(keyframe: onnx.GraphProto) -> str:
    """Return the name of the features in a keyframe's state, which may carry their trust, too."""
    [maker] = [node for node in keyframe.node if 'state' in node.output]
    return maker.input[0] if maker.op_type == 'Concat' else 'state'


def _take_from_state(scoring: onnx.GraphProto, state: TensorSpec | None) -> None:
    """Let a graph that reads features read a state, whose first channels they are."""
    assert state is not None
    [features] = scoring.input
    channels = features.type.tensor_type.shape.dim[1].dim_value
    ends = {'from': 0, 'to': channels, 'axis': 1}
    scoring.initializer.extend(
        numpy_helper.from_array(np.array([value], np.int64), name) for name, value in ends.items()
    )
    scoring.node.insert(0, helper.make_node('Slice', ['state', *ends], [features.name]))
    kind = features.type.tensor_type.elem_type
    features.CopyFrom(helper.make_tensor_value_info('state', kind, state.shape))
