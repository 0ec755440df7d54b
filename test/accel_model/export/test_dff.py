# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""DFF out of an Accel bundle: the labels of the network's own DFF half."""

import numpy as np
import pytest
import torch
from support.bundles import write_bundle
from support.narrow import shallow_network

from accel_model.cli import main
from accel_model.evaluate.views import views
from accel_model.export.bundle import export_bundle
from accel_model.export.dff import dff_bundle
from accel_model.export.graphs import read_image
from accel_model.export.verify import ExportError, example_images
from accel_ros.bundle import Bundle, default_bundle
from accel_ros.engines import open_engine

SIZE = (64, 96)


def torch_labels(network, images):
    """Labels of a clip by the network's DFF view, u8 [T, H, W]: a keyframe and updates."""
    dff, labels, before = views(network)['dff'], [], None
    with torch.inference_mode():
        for image in images:
            data = dff.normalize(read_image(image))
            scores, feat = (dff.update(data, *before) if before else dff.keyframe(data))[:2]
            before = data, feat
            labels.append(scores[0].argmax(0).numpy())
    return np.stack(labels)


def onnx_labels(bundle, images):
    engine = open_engine(bundle, threads=1)
    stream = engine.open_stream()
    labels = [stream.keyframe(images[0][0].numpy()).labels]
    labels += [stream.update(image[0].numpy()).labels for image in images[1:]]
    engine.close()
    return np.stack(labels)


@pytest.mark.parametrize('variant', ['accel-18', 'accel-lite'])
def test_the_labels_are_those_of_the_dff_half(tmp_path, variant):
    """Also of a network whose state says, beside its features, how far they can be trusted."""
    network = shallow_network(variant)
    export_bundle(network, SIZE, tmp_path / 'accel')
    accel = Bundle.open(tmp_path / 'accel')
    dff = dff_bundle(accel, tmp_path / 'dff')
    assert (dff.manifest.variant, dff.manifest.name) == ('dff', 'accel-dff')
    images = list(example_images(SIZE))[:4]
    expected = torch_labels(network, images)
    assert np.mean(onnx_labels(dff, images) == expected) >= 0.9999
    assert np.mean(onnx_labels(accel, images) == expected) < 0.99, 'fusion would change nothing'


def test_the_bundle_that_comes_along_by_command(tmp_path, capsys):
    made = tmp_path / 'lite-dff'
    assert main(['dff', '--bundle', str(default_bundle()), '-o', str(made)]) == 0
    assert Bundle.open(made).manifest.graphs['update'].tensor('drift') is None
    assert main(['dff', '--bundle', str(default_bundle()), '-o', str(made)]) == 1
    assert 'exists: choose another folder' in capsys.readouterr().err


def test_labels_of_more_than_the_state_are_refused(tmp_path):
    """As with feature fusion, and with the tiny bundle of the tests."""
    with pytest.raises(ExportError, match='not made of the state'):
        dff_bundle(Bundle.open(write_bundle(tmp_path / 'tiny')), tmp_path / 'dff')
    assert not (tmp_path / 'dff').exists()
    frame = Bundle.open(write_bundle(tmp_path / 'frame', variant='frame'))
    with pytest.raises(ExportError, match='has no updates'):
        dff_bundle(frame, tmp_path / 'dff')
