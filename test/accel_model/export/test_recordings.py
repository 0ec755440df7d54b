# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The original's weights as bundles: the robot's pipeline gives the original's labels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from support.golden import full_recordings

from accel_model.export.bundle import export_bundle
from accel_model.import_mxnet import import_arrays
from accel_model.mxnet_merge import merge_files
from accel_model.networks.accel import Accel
from accel_model.networks.variants import find
from accel_ros.bundle import Bundle
from accel_ros.engines.select import open_engine
from accel_ros.pipeline import Frame, Pipeline
from benchmarks.inference_parity import INTERVAL, load_network

SIZE = (64, 128)


def labels_of(network: Accel, frames: np.ndarray, folder: Path) -> np.ndarray:
    """Export a network and let the pipeline segment frames u8 [T, H, W, 3], BGR."""
    export_bundle(network, SIZE, folder)
    bundle = Bundle.open(folder)
    engine = open_engine(bundle, 'onnxruntime', threads=1)
    pipeline = Pipeline(bundle, engine, INTERVAL)
    results = [pipeline.process(Frame(frame, 'bgr8')) for frame in frames]
    assert [r.kind for r in results] == ['key', 'update', 'update', 'key', 'update']
    pipeline.close()
    engine.close()
    return np.stack([result.labels for result in results])


def recorded(recording: Mapping[str, np.ndarray]) -> np.ndarray:
    return np.stack([recording[f'pred_{index}'][0] for index in range(5)])


@pytest.mark.parametrize(
    ('version', 'weights'),
    [('18', 's8_bilinear'), ('34', 's7'), ('50', 's7'), ('101', 's8_bilinear')],
)
def test_accel(version: str, weights: str, tmp_path: Path) -> None:
    golden = full_recordings()
    recording = np.load(golden / f'clip{version}_w16_64x128_{weights}.npz')
    network = load_network(golden, version, weights)
    found = labels_of(network, recording['frames_bgr'], tmp_path / 'bundle')
    assert np.mean(found == recorded(recording)) >= 0.9999


def test_deep_feature_flow(tmp_path: Path) -> None:
    """Its labels are those of the features that the original has carried along."""
    golden = full_recordings()
    recording = np.load(golden / 'clip18_w16_64x128_s7.npz')
    weights = golden / 'accel-18_w16_64x128_s7-0000.params'
    network = import_arrays(merge_files([weights]), find('dff'))
    with torch.no_grad():
        feats = [torch.from_numpy(recording[f'feat_{index}']) for index in range(5)]
        scores = [network.upsampling(network.head(feat), SIZE) for feat in feats]
    found = labels_of(network, recording['frames_bgr'], tmp_path / 'bundle')
    assert np.mean(found == torch.cat(scores).argmax(1).numpy()) >= 0.9999
