# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Run a bundle's graphs in onnxruntime and compare them with the network they were made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from accel_model.export.graphs import read_image, read_scores
from accel_model.export.running import Graphs, Outputs
from accel_model.networks.accel import Accel
from accel_ros.bundle import GraphSpec
from accel_ros.errors import AccelError

FRAMES = 3  # a keyframe and two updates, the second on the first one's state
MIN_EQUAL = 0.9999
MAX_DIFFERENCE = 1e-4
TIE = 1e-5  # of the largest score: single precision cannot tell closer classes apart
STEP = 2  # pixels that the made-up scene moves by from frame to frame


class ExportError(AccelError):
    """A network that cannot be exported."""


@dataclass
class Agreement:
    """
    How far the graphs are from the network.

    :ivar labels: smallest share of equal labels of a frame, 0..1; a tie counts as equal
    :ivar confidence: smallest share of confidences that are equal but for rounding, 0..1
    :ivar difference: largest difference of flow and propagated state, relative to their maximum
    """

    labels: float = 1.0
    confidence: float = 1.0
    difference: float = 0.0

    def add_scores(self, scores: Tensor, outputs: Outputs) -> None:
        """Count in what a graph made of a frame."""
        _, confidence = read_scores(scores)
        chosen = scores.gather(1, _tensor(outputs['labels'])[:, None].long())[:, 0]
        equal = scores.amax(1) - chosen <= TIE * scores.abs().max()
        self.labels = min(self.labels, float(equal.double().mean()))
        apart = (confidence.int() - _tensor(outputs['confidence']).int()).abs()
        self.confidence = min(self.confidence, float((apart <= 1).double().mean()))

    def add_values(self, due: Tensor, found: NDArray[np.generic]) -> None:
        """Count in a tensor of numbers."""
        apart = float((due - _tensor(found)).abs().max())
        self.difference = max(self.difference, apart / max(float(due.abs().max()), 1e-6))

    def demand(self) -> None:
        """Raise ExportError if that is too far."""
        equal = min(self.labels, self.confidence)
        if not (equal >= MIN_EQUAL and self.difference <= MAX_DIFFERENCE):
            raise ExportError(
                f'the exported graphs are not the network: {self.labels:.3%} of the labels and '
                f'{self.confidence:.3%} of the confidences are equal and the values differ by '
                f'{self.difference:.1e}; please report this'
            )


def verify(
    network: Accel, folder: Path, graphs: Mapping[str, GraphSpec], size: tuple[int, int]
) -> Agreement:
    """
    Compare a keyframe and the updates after it on made-up images; without updates, keyframes.

    :param network: as in the paper
    :raises ExportError: the network gives NaN, or the graphs are not the network
    """
    agreement = Agreement()
    running = Graphs({name: folder / graph.file for name, graph in graphs.items()})
    images = example_images(size)
    with torch.no_grad():
        if 'update' in graphs:
            _compare_clip(network, running, images, agreement)
        else:
            for image in images:
                _compare_keyframe(network, running, image, agreement)
    agreement.demand()
    return agreement


def _compare_keyframe(
    network: Accel, graphs: Graphs, image: Tensor, agreement: Agreement
) -> tuple[Tensor, Outputs]:
    """Return the network's state and the graph's outputs."""
    scores, state = network.keyframe(network.normalize(read_image(image)))
    _demand_finite(scores, 'a keyframe')
    outputs = graphs.run('keyframe', image=image.numpy())
    agreement.add_scores(scores, outputs)
    return state, outputs


def _compare_clip(
    network: Accel, graphs: Graphs, images: Iterable[Tensor], agreement: Agreement
) -> None:
    """Both sides carry their own state; every step is propagated too."""
    previous, *rest = images
    carried, outputs = _compare_keyframe(network, graphs, previous, agreement)
    state = outputs['state']
    for image in rest:
        data, before = (network.normalize(read_image(frame)) for frame in (image, previous))
        update = network.update(data, before, carried)
        _demand_finite(update.scores, 'an update')
        frames = {'image': image.numpy(), 'previous': previous.numpy()}
        outputs = graphs.run('update', **frames, state=state)
        agreement.add_scores(update.scores, outputs)
        agreement.add_values(update.flow, outputs['flow'])
        moved = graphs.run('propagate', state=state, flow=outputs['flow'])['state_out']
        due = network.propagate(_tensor(state), _tensor(outputs['flow']))
        agreement.add_values(due, moved)
        agreement.add_values(_tensor(outputs['state_out']), moved)
        previous, carried, state = image, update.state, outputs['state_out']


def example_images(size: tuple[int, int]) -> list[Tensor]:
    """Return made-up frames u8 [1, H, W, 3] in order: smooth blobs that move, and noise."""
    generator = torch.Generator().manual_seed(1)
    height, width = size
    far = STEP * (FRAMES - 1)
    coarse = torch.rand(1, 3, height // 16 + 2, width // 16 + 2, generator=generator)
    whole = (height + far, width + far)
    blobs = F.interpolate(coarse, whole, mode='bilinear', align_corners=False)
    blobs = (blobs * 230 + 25 * torch.rand(blobs.shape, generator=generator)).to(torch.uint8)
    blobs = blobs.permute(0, 2, 3, 1)
    starts = range(far, -1, -STEP)
    return [blobs[:, at : at + height, at : at + width].contiguous() for at in starts]


def _tensor(array: NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(array)


def _demand_finite(scores: Tensor, what: str) -> None:
    if not bool(torch.isfinite(scores).all()):
        raise ExportError(
            f'the scores of {what} are not finite: the weights are damaged or training diverged'
        )
