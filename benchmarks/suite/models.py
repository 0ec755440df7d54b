# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The networks that the benchmark runs: untrained, for weights change no times."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from accel_model.export.bundle import write_graphs
from accel_model.export.graphs import read_image, read_scores
from accel_model.export.onnx_file import write_graph
from accel_model.export.verify import example_images
from accel_model.networks.accel import Accel
from accel_model.networks.variants import build, find
from accel_ros import resources
from accel_ros.bundle import Bundle, Manifest, write_manifest
from accel_ros.manifest import MANIFEST

Size = tuple[int, int]


def network(variant: str) -> Accel:
    """Return the untrained network, the same every time."""
    torch.manual_seed(0)
    return build(find(variant)).eval().requires_grad_(False)


def bundle(variant: str, size: Size, folder: Path) -> Bundle:
    """Return the bundle of an untrained network for images of (H, W), made if it is missing."""
    path = folder / f'{variant}_{size[0]}x{size[1]}'
    if (path / MANIFEST).is_file():
        return Bundle.open(path)
    path.mkdir(parents=True, exist_ok=True)
    table = resources.find('config/classes/cityscapes.yaml')
    assert table is not None
    shutil.copyfile(table, path / 'classes.yaml')
    manifest = Manifest(
        name=path.name,
        variant=variant,
        classes='classes.yaml',
        num_classes=19,
        height=size[0],
        width=size[1],
        channels='rgb',
        precision='fp32',
        graphs=write_graphs(network(variant), size, path),
        license='none: the weights are random',
    )
    return write_manifest(path, manifest)


def plain_bundle(variant: str, size: Size, folder: Path) -> Bundle:
    """Return the same with the graphs of the network as in the paper, nothing rewritten."""
    path = folder / f'{variant}_{size[0]}x{size[1]}_plain'
    if (path / MANIFEST).is_file():
        return Bundle.open(path)
    rewritten = bundle(variant, size, folder)
    path.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(rewritten.path / 'classes.yaml', path / 'classes.yaml')
    net = network(variant)
    previous, image, *_ = example_images(size)
    with torch.no_grad():
        _, state = net.keyframe(net.normalize(read_image(image)))
    keyframe = write_graph(
        PlainKeyframe(net),
        {'image': image},
        ['labels', 'confidence', 'state'],
        path / 'keyframe.onnx',
    )
    update = write_graph(
        PlainUpdate(net),
        {'image': image, 'previous': previous, 'state': state},
        ['labels', 'confidence', 'state_out', 'flow'],
        path / 'update.onnx',
    )
    graphs = {'keyframe': keyframe, 'update': update}
    return write_manifest(path, replace(rewritten.manifest, name=path.name, graphs=graphs))


class PlainKeyframe(nn.Module):
    """The reference network as in the paper."""

    def __init__(self, net: Accel) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor) -> Sequence[Tensor]:
        """Run a keyframe."""
        scores, feat = self.net.keyframe(self.net.normalize(read_image(image)))
        return (*read_scores(scores), feat)


class PlainUpdate(nn.Module):
    """An update as in the paper."""

    def __init__(self, net: Accel) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor, previous: Tensor, state: Tensor) -> Sequence[Tensor]:
        """Run an update."""
        data, before = (self.net.normalize(read_image(x)) for x in (image, previous))
        step = self.net.update(data, before, state)
        return (*read_scores(step.scores), step.state, step.flow)
