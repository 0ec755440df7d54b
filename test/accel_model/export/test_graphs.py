# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Exported graphs run in onnxruntime and equal the PyTorch network on the recorded clip."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from support.golden import COMPACT, accel18
from support.narrow import shallow_network
from torch import Tensor, nn

from accel_model.export.fold import fold_batch_norms
from accel_model.export.form import OnboardForm
from accel_model.export.graphs import KeyframeGraph, read_image, read_scores
from accel_model.export.onnx_file import write_graph
from accel_model.networks.accel import Accel
from accel_model.networks.upsampling import bilinear_kernel
from benchmarks.inference_parity import INTERVAL

CLIP = np.load(COMPACT / 'clip18_w16_64x128_s7.npz')['frames_bgr'][..., ::-1].copy()
UPDATE_OUTPUTS = ['labels', 'confidence', 'state_out', 'flow', 'drift', 'scores']


class ScoredUpdate(nn.Module):
    """The update graph with its scores as one more output."""

    def __init__(self, form: OnboardForm) -> None:
        super().__init__()
        self.update = form.update

    def forward(self, image: Tensor, previous: Tensor, state: Tensor) -> tuple[Tensor, ...]:
        step = self.update(read_image(image), read_image(previous), state)
        return *read_scores(step.scores), step.state, step.flow, step.drift, step.scores


def onboard(network: Accel, size: tuple[int, int] = (64, 128)) -> OnboardForm:
    return OnboardForm(fold_batch_norms(network, torch.zeros(1, 3, 64, 64)), size)


def bilinear(network: Accel) -> Accel:
    """Return the network with the kernels that trained ones have."""
    network = copy.deepcopy(network).requires_grad_(False)
    network.upsampling.weight[:] = bilinear_kernel(16)
    network.update_upsampling.weight[:] = bilinear_kernel(16)
    return network


def open_update(form: OnboardForm, frame: Tensor, folder: Path) -> onnxruntime.InferenceSession:
    with torch.no_grad():
        _, state = form.keyframe(read_image(frame))
    inputs = {'image': frame, 'previous': frame.clone(), 'state': state}
    path = folder / 'update.onnx'
    write_graph(ScoredUpdate(form), inputs, UPDATE_OUTPUTS, path)
    return onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])


def assert_updates_equal(
    network: Accel, form: OnboardForm, frames: np.ndarray, session: onnxruntime.InferenceSession
) -> None:
    """Keyframes in PyTorch, updates in onnxruntime, against the paper's form."""
    frames = [torch.from_numpy(frame[None]) for frame in frames]
    wrong = pixels = 0
    with torch.no_grad():
        for index, frame in enumerate(frames):
            image = read_image(frame)
            data = network.normalize(image)
            if index % INTERVAL == 0:
                _, feat = network.keyframe(data)
                state = form.keyframe(image)[1].numpy()
                continue
            inputs = {'image': frame.numpy(), 'previous': frames[index - 1].numpy()}
            outputs = dict(zip(UPDATE_OUTPUTS, session.run(None, inputs | {'state': state})))
            before = network.normalize(read_image(frames[index - 1]))
            update = network.update(data, before, feat)
            feat, state = update.state, outputs['state_out']
            scores = update.scores.numpy()
            assert np.abs(outputs['scores'] - scores).max() <= 1e-4 * np.abs(scores).max()
            wrong += int((outputs['labels'] != scores.argmax(1)).sum())
            pixels += outputs['labels'].size
            assert 0 <= outputs['drift'][0] <= 1
    assert pixels and wrong <= 1e-4 * pixels


@pytest.mark.parametrize('kernels', ['different', 'same'])
def test_updates_of_the_recorded_clip(kernels: str, tmp_path: Path) -> None:
    network = accel18() if kernels == 'different' else bilinear(accel18())
    form = onboard(network)
    assert form.update.score_fusion.may_come_first == (kernels == 'same')
    session = open_update(form, torch.from_numpy(CLIP[:1]), tmp_path)
    assert_updates_equal(network, form, CLIP, session)
    nodes = [node.op_type for node in onnx.load(tmp_path / 'update.onnx').graph.node]
    wide = nodes.count('ConvTranspose')
    assert wide == 8 + (0 if kernels == 'same' else 2)  # flow, and upsampling by odd kernels


def test_updates_of_an_odd_size(tmp_path: Path) -> None:
    torch.manual_seed(5)
    frames = torch.randint(0, 256, (3, 137, 259, 3), dtype=torch.uint8)
    form = onboard(accel18(), (137, 259))
    session = open_update(form, frames[:1], tmp_path)
    assert_updates_equal(accel18(), form, frames.numpy(), session)


def test_files_are_plain_and_the_same_every_time(tmp_path: Path) -> None:
    graph = KeyframeGraph(onboard(shallow_network('deeplab-18')))
    inputs = {'image': torch.from_numpy(CLIP[:1])}
    for name in ('a', 'b'):
        spec = write_graph(graph, inputs, ['labels', 'confidence'], tmp_path / name)
    assert (tmp_path / 'a').read_bytes() == (tmp_path / 'b').read_bytes()
    assert [str(tensor) for tensor in spec.inputs + spec.outputs] == [
        'image uint8 [1, 64, 128, 3]',
        'labels uint8 [1, 64, 128]',
        'confidence uint8 [1, 64, 128]',
    ]
    model = onnx.load(tmp_path / 'a')
    used = {name for node in model.graph.node for name in node.input}
    assert {weight.name for weight in model.graph.initializer} <= used
    assert not any(node.metadata_props or node.doc_string for node in model.graph.node)
    assert b'.py' not in (tmp_path / 'a').read_bytes()
