# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Run a bundle's graphs in onnxruntime and compare them with the network they were made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from accel_model.export.graphs import read_scores
from accel_model.networks.accel import Accel
from accel_model.networks.warp import warp
from accel_ros.bundle import GraphSpec
from accel_ros.errors import AccelError

MIN_LABELS = 0.999
MAX_DIFFERENCE = 1e-3

Outputs = dict[str, NDArray[np.generic]]


class ExportError(AccelError):
    """A network that cannot be exported."""


@dataclass
class Agreement:
    """
    How far the graphs are from the network.

    :ivar labels: smallest share of equal labels, 0..1
    :ivar confidence: largest difference, of 255
    :ivar difference: largest difference of flow and propagated state, relative to their maximum
    """

    labels: float = 1.0
    confidence: int = 0
    difference: float = 0.0

    def add_scores(self, scores: Tensor, outputs: Outputs) -> None:
        """Count in what a graph made of a frame."""
        labels, confidence = (tensor.numpy() for tensor in read_scores(scores))
        self.labels = min(self.labels, float((labels == outputs['labels']).mean()))
        apart = np.abs(confidence.astype(int) - outputs['confidence'].astype(int)).max()
        self.confidence = max(self.confidence, int(apart))

    def add_values(self, due: Tensor, found: NDArray[np.generic]) -> None:
        """Count in a tensor of numbers."""
        apart = float((due - torch.from_numpy(found)).abs().max())
        self.difference = max(self.difference, apart / max(float(due.abs().max()), 1e-6))


def verify(
    network: Accel, folder: Path, graphs: dict[str, GraphSpec], size: tuple[int, int]
) -> Agreement:
    """
    Compare one keyframe and one update on made-up images.

    :param network: as in the paper
    :raises ExportError: the network gives NaN, or the graphs are not the network
    """
    image, previous = example_images(size)
    agreement = Agreement()
    with torch.no_grad():
        data, before = _data(network, image), _data(network, previous)
        scores, feat = network.keyframe(before)
        _demand_finite(scores, 'a keyframe')
        key = _run(folder, graphs['keyframe'], {'image': previous.numpy()})
        agreement.add_scores(scores, key)
        if 'update' in graphs:
            inputs = {'image': image.numpy(), 'previous': previous.numpy(), 'state': key['state']}
            update = network.update(data, before, feat)
            _demand_finite(update.scores, 'an update')
            outputs = _run(folder, graphs['update'], inputs)
            agreement.add_scores(update.scores, outputs)
            agreement.add_values(update.flow, outputs['flow'])
            flow, state = torch.from_numpy(outputs['flow']), torch.from_numpy(key['state'])
            inputs = {'state': key['state'], 'flow': outputs['flow']}
            moved = _run(folder, graphs['propagate'], inputs)
            agreement.add_values(warp(state, flow), moved['state_out'])
            agreement.add_values(torch.from_numpy(outputs['state_out']), moved['state_out'])
    if not (agreement.labels >= MIN_LABELS and agreement.difference <= MAX_DIFFERENCE):
        raise ExportError(
            f'the exported graphs are not the network: {agreement.labels:.2%} of the labels are '
            f'equal and the values differ by {agreement.difference:.1e}; please report this'
        )
    return agreement


def example_images(size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Return two made-up frames u8 [1, H, W, 3]: smooth blobs, and the same a little earlier."""
    generator = torch.Generator().manual_seed(1)
    height, width = size
    coarse = torch.rand(1, 3, height // 16 + 2, width // 16 + 2, generator=generator)
    blobs = F.interpolate(coarse, (height + 8, width + 8), mode='bilinear', align_corners=False)
    blobs = (blobs * 230 + 25 * torch.rand(blobs.shape, generator=generator)).to(torch.uint8)
    blobs = blobs.permute(0, 2, 3, 1)
    image = blobs[:, :height, :width].contiguous()
    return image, blobs[:, 3 : height + 3, 5 : width + 5].contiguous()


def _data(network: Accel, image: Tensor) -> Tensor:
    return network.normalize(image.permute(0, 3, 1, 2).float())


def _demand_finite(scores: Tensor, what: str) -> None:
    if not bool(torch.isfinite(scores).all()):
        raise ExportError(
            f'the scores of {what} are not finite: the weights are damaged or training diverged'
        )


def _run(folder: Path, graph: GraphSpec, inputs: Outputs) -> Outputs:
    session = onnxruntime.InferenceSession(
        str(folder / graph.file), providers=['CPUExecutionProvider']
    )
    names = [tensor.name for tensor in graph.outputs]
    return dict(zip(names, session.run(names, inputs)))
