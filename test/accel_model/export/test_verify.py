# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What counts as the same network, and that another one is told apart."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from support.narrow import shallow_network

from accel_model.export.bundle import write_graphs
from accel_model.export.graphs import read_scores
from accel_model.export.verify import Agreement, ExportError, example_images, verify


def answer(scores: torch.Tensor) -> dict[str, np.ndarray]:
    labels, confidence = read_scores(scores)
    return {'labels': labels.numpy(), 'confidence': confidence.numpy()}


def scores_of(seed: int = 0) -> torch.Tensor:
    return torch.randn(1, 5, 100, 100, generator=torch.Generator().manual_seed(seed)) * 3


def test_a_tie_is_no_difference_and_one_pixel_in_ten_thousand_is_allowed() -> None:
    scores = scores_of()
    first, second = scores.topk(2, 1).indices.unbind(1)
    outputs = answer(scores)
    outputs['labels'][0, :50, 0] = second[0, :50, 0]
    agreement = Agreement()
    agreement.add_scores(scores, outputs)
    assert agreement.labels == pytest.approx(0.995) and agreement.confidence == 1.0
    with pytest.raises(ExportError, match=r'99.500% of the labels and 100.000% of the conf'):
        agreement.demand()
    level = scores.gather(1, first[:, None])
    tied = scores.scatter(1, second[:, None], level - 1e-5)  # of scores that reach ten and more
    outputs['confidence'] = answer(tied)['confidence']
    agreement = Agreement()
    agreement.add_scores(tied, outputs)
    assert agreement.labels == agreement.confidence == 1.0
    outputs = answer(scores)
    outputs['labels'][0, 0, 0] = second[0, 0, 0]
    agreement.add_scores(scores, outputs)
    assert agreement.labels == pytest.approx(0.9999)
    agreement.demand()


def test_confidences_may_differ_by_their_rounding() -> None:
    scores, agreement = scores_of(), Agreement()
    outputs = answer(scores)
    outputs['confidence'] -= 1
    agreement.add_scores(scores, outputs)
    assert agreement.confidence == 1.0
    outputs['confidence'][0, :2] -= 1
    agreement.add_scores(scores, outputs)
    assert agreement.confidence == pytest.approx(0.98)


def test_values_differ_relative_to_the_largest() -> None:
    agreement = Agreement()
    agreement.add_values(torch.tensor([0.0, -4.0]), np.float32([0.002, -4.0]))
    assert agreement.difference == pytest.approx(5e-4)
    with pytest.raises(ExportError, match='differ by 5.0e-04'):
        agreement.demand()


def test_graphs_of_another_network_are_refused(tmp_path: Path) -> None:
    network = shallow_network('accel-18')
    graphs = write_graphs(network, (64, 64), tmp_path)
    for part in ('flow', 'fusion'):
        other = copy.deepcopy(network)
        for parameter in other.get_submodule(part).parameters():
            parameter.mul_(-1)
        with pytest.raises(ExportError, match='the exported graphs are not the network'):
            verify(other, tmp_path, graphs, (64, 64))
    assert verify(network, tmp_path, graphs, (64, 64)).labels == 1.0


def test_the_made_up_scene_moves_up_and_left() -> None:
    first, second, third = example_images((40, 60))
    assert first.dtype == torch.uint8 and first.shape == (1, 40, 60, 3)
    assert torch.equal(second[:, 2:, 2:], first[:, :-2, :-2])
    assert torch.equal(third[:, 4:, 4:], first[:, :-4, :-4])
    assert first.float().std() > 20
