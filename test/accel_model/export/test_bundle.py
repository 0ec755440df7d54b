# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Bundles: written whole, opened by the robot's own reader, refused with one line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from support.narrow import narrow_network, shallow_network

from accel_model.checkpoint import save_checkpoint
from accel_model.cli import main
from accel_model.export.bundle import export_bundle
from accel_model.export.verify import ExportError, example_images
from accel_ros.bundle import Bundle


def test_the_command_makes_a_bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weights, output, accuracy = tmp_path / 'w.pt', tmp_path / 'bundle', tmp_path / 'a.json'
    network = narrow_network('deeplab-18')
    save_checkpoint(weights, network)
    accuracy.write_text(json.dumps({'miou': 12.5}))
    arguments = ['--size', '64x96', '--license', 'none', '--accuracy', str(accuracy)]
    assert main(['export', '--weights', str(weights), '-o', str(output), *arguments]) == 0
    assert '100.000% of labels equal' in capsys.readouterr().out
    bundle = Bundle.open(output)
    assert not bundle.has_update
    assert bundle.manifest.variant == 'deeplab-18' and bundle.manifest.name == 'bundle'
    assert bundle.manifest.accuracy == {'miou': 12.5} and bundle.manifest.license == 'none'
    assert bundle.classes.name == 'cityscapes'
    session = onnxruntime.InferenceSession(str(bundle.graph_path('keyframe')))
    image = example_images((64, 96))[0]
    labels, _ = session.run(None, {'image': image.numpy()})
    scores, _ = network.keyframe(network.normalize(image.permute(0, 3, 1, 2).float()))
    np.testing.assert_array_equal(labels, scores.argmax(1))


def test_a_bundle_with_updates_replaces_one(tmp_path: Path) -> None:
    folder = tmp_path / 'bundle'
    folder.mkdir()
    (folder / 'manifest.json').write_text('{}')
    (folder / 'old.onnx').write_bytes(b'')
    agreement = export_bundle(shallow_network('accel-18'), (64, 64), folder)
    assert agreement.labels == 1.0 and agreement.difference < 1e-5
    bundle = Bundle.open(folder)
    assert set(bundle.manifest.graphs) == {'keyframe', 'update', 'propagate'}
    assert bundle.manifest.graphs['update'].tensor('drift') is not None
    assert not (folder / 'old.onnx').exists()
    assert [path.name for path in tmp_path.iterdir()] == ['bundle']


def test_own_classes_come_with_their_table(tmp_path: Path) -> None:
    network = shallow_network('deeplab-18', 1)
    network.description = replace(network.description, classes='yard')
    table = tmp_path / 'classes.yaml'
    with pytest.raises(ExportError, match="no class table 'yard': give .* with --classes"):
        export_bundle(network, (64, 96), tmp_path / 'bundle')
    entry = 'name: {}\nignore: 255\nclasses: [{{id: 0, name: ground, color: [1, 2, 3]}}]\n'
    table.write_text(entry.format('street'))
    with pytest.raises(ExportError, match="know the classes 'yard', but .* is 'street'"):
        export_bundle(network, (64, 96), tmp_path / 'bundle', classes=table)
    table.write_text(entry.format('yard'))
    export_bundle(network, (64, 96), tmp_path / 'bundle', classes=table)
    assert Bundle.open(tmp_path / 'bundle').classes.names == ('ground',)


def test_damaged_weights_are_not_exported(tmp_path: Path) -> None:
    network = shallow_network('deeplab-18')
    network.head.score.bias[3] = torch.nan
    with pytest.raises(ExportError, match='not finite'):
        export_bundle(network, (32, 32), tmp_path / 'bundle')
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_exported_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = narrow_network('deeplab-18')
    with pytest.raises(ExportError, match='16x96 are not possible'):
        export_bundle(network, (16, 96), tmp_path / 'bundle')
    with pytest.raises(ExportError, match='99999x99999 are not possible'):
        export_bundle(network, (99999, 99999), tmp_path / 'bundle')
    with pytest.raises(ExportError, match='features of 2x4 cells and a flow of 3x4: .* of 32'):
        export_bundle(narrow_network('dff'), (33, 64), tmp_path / 'bundle')
    (tmp_path / 'photos').mkdir()
    with pytest.raises(ExportError, match='exists and is not a bundle'):
        export_bundle(network, (64, 96), tmp_path / 'photos')
    with pytest.raises(ExportError, match='11 classes apart, but .* cityscapes has 19'):
        export_bundle(narrow_network('deeplab-18', 11), (64, 96), tmp_path / 'bundle')
    with pytest.raises(SystemExit):
        main(['export', '--weights', 'w', '-o', 'x', '--size', '64'])
    assert "'64' is not HEIGHTxWIDTH" in capsys.readouterr().err
    assert main(['export', '--weights', 'none.pt', '-o', 'x', '--size', '64x64']) == 1
    assert 'none.pt: there is no such file' in capsys.readouterr().err
