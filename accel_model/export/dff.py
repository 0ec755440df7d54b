# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Deep Feature Flow out of an Accel bundle: the carried state, scored by the keyframe's own head.

An Accel bundle holds all of it: how its updates carry the state, and how its keyframes turn a
state into labels. Put together that is DFF with the same weights: no update branch, no fusion.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import onnx
from onnx.compose import add_prefix, merge_models

from accel_model.export.onnx_file import cut_graph, write_model
from accel_model.export.verify import ExportError
from accel_ros.bundle import Bundle, GraphSpec, write_manifest
from accel_ros.errors import one_line
from accel_ros.manifest import MANIFEST

ANSWERS = ['labels', 'confidence']
CARRY = ['image', 'previous', 'state']
PARTS = {'Slice', 'Split', 'Cast'}  # what takes a part of a tensor out of it


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
    keyframe, update = source.graph_path('keyframe'), source.graph_path('update')
    features, arrived = _features(onnx.load(keyframe).graph), _arrived(onnx.load(update).graph)
    cut_graph(keyframe, [features], ANSWERS, head)
    cut_graph(update, CARRY, list(dict.fromkeys(['state_out', 'flow', arrived])), carry)
    scoring = add_prefix(onnx.load(head), 'head_', rename_inputs=True, rename_outputs=False)
    merged = merge_models(
        onnx.load(carry),
        scoring,
        io_map=[(arrived, f'head_{features}')],
        outputs=['labels', 'confidence', 'state_out', 'flow'],
    )
    head.unlink()
    carry.unlink()
    return write_model(merged, folder / source.manifest.graphs['update'].file)


def _features(keyframe: onnx.GraphProto) -> str:
    """Return what a keyframe's labels are made of: its state, or what this begins with."""
    [maker] = [node for node in keyframe.node if 'state' in node.output]
    return maker.input[0] if maker.op_type == 'Concat' else 'state'


def _arrived(update: onnx.GraphProto) -> str:
    """Return what has become of it in an update: the new state, or what is sampled of it."""
    makers = {name: node for node in update.node for name in node.output}
    for node in update.node:
        if node.op_type == 'GridSample' and _is_new_state(node.input[0], makers):
            return node.output[0]
    return 'state_out'


def _is_new_state(name: str, makers: Mapping[str, onnx.NodeProto]) -> bool:
    """Whether a value is the new state, or a part of it."""
    if name == 'state_out' or name not in makers:
        return name == 'state_out'
    return makers[name].op_type in PARTS and _is_new_state(makers[name].input[0], makers)
