# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The same tests for every variant and for every pair of backbones."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
import torch
from support.narrow import narrow_network, shallow_network

from accel_model.checkpoint import load_checkpoint, save_checkpoint
from accel_model.networks.accel import Accel, SizeError
from accel_model.networks.backbones import BACKBONES
from accel_model.networks.normalization import Renormalized
from accel_model.networks.upsampling import BilinearUpsampling, TransposedUpsampling
from accel_model.networks.variants import VARIANTS, Variant, VariantError, build, find

PAIRS = [f'{reference}+{update}' for reference, update in product(BACKBONES, BACKBONES)]
CLASSES = 7


@pytest.fixture(scope='module', params=[*VARIANTS, *BACKBONES, *PAIRS])
def network(request: pytest.FixtureRequest) -> Accel:
    return shallow_network(request.param, CLASSES)


def images(count: int, size: tuple[int, int]) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    return [torch.rand(2, 3, *size, generator=generator) * 255 for _ in range(count)]


@pytest.mark.parametrize('size', [(64, 96), (45, 83)])
def test_a_keyframe_and_two_updates_have_the_right_shapes(
    network: Accel, size: tuple[int, int]
) -> None:
    stride = BACKBONES[find(network.description.variant).reference].stride
    first, *rest = (network.normalize(image) for image in images(3, size))
    scores, feat = network.keyframe(first)
    assert scores.shape == (2, CLASSES, *size) and scores.isfinite().all()
    channels = CLASSES + 3 if network.carry.scores else network.reference.out_channels
    assert feat.shape[:2] == (2, channels)
    cells = zip(size, feat.shape[2:])
    assert all(side // stride <= count <= side // stride + 2 for side, count in cells)
    for data in rest if network.flow is not None else ():
        update = network.update(data, first, feat)
        assert update.scores.shape == scores.shape and update.scores.isfinite().all()
        assert update.flow.shape[:2] == (2, 2) and update.state.shape[:2] == (2, channels)
        assert update.state.shape[2:] == update.flow.shape[2:]  # some sizes are rounded apart
        fused = network.fusion_kind == 'score'
        assert (update.update_scores is not None) == fused
        first, feat = data, update.state


def test_the_gradient_reaches_every_part(network: Accel) -> None:
    network.requires_grad_()
    try:
        first, second = (network.normalize(image) for image in images(2, (64, 96)))
        scores, feat = network.keyframe(first)
        if network.flow is not None:
            scores = network.update(second, first, feat).scores
        labels = torch.randint(0, CLASSES, (2, 64, 96), generator=torch.Generator().manual_seed(1))
        torch.nn.functional.cross_entropy(scores, labels).backward()
        for name, part in network.named_children():
            gradients = [p.grad for p in part.parameters() if p.grad is not None]
            if list(part.parameters()) and 'upsampling' not in name:
                assert any(gradient.abs().max() > 0 for gradient in gradients), name
    finally:
        network.zero_grad()
        network.requires_grad_(False)


def test_the_update_branch_sees_what_it_would_see_alone(network: Accel) -> None:
    backbone = find(network.description.variant).update
    if backbone is None:
        return
    (image,) = images(1, (64, 96))
    branch = network.update_branch
    if isinstance(branch, Renormalized):
        branch = branch.backbone
    due = network.update_head(branch(BACKBONES[backbone].normalization(image)))
    found = network.update_scores(network.normalize(image))
    torch.testing.assert_close(found, due, rtol=1e-4, atol=1e-4)


def test_the_original_s_upsampling_is_for_the_original_s_backbones(network: Accel) -> None:
    variant = find(network.description.variant)
    originals = all('resnet' in name for name in (variant.reference, variant.update or 'resnet'))
    kind = TransposedUpsampling if originals else BilinearUpsampling
    assert isinstance(network.upsampling, kind)
    assert network.update_upsampling is None or isinstance(network.update_upsampling, kind)


def test_names() -> None:
    assert find('frame') is find('deeplab-101') is find('resnet-101')
    for unknown in ('accel-19', 'resnet-18+', '+resnet-18', 'resnet-18+resnet-19', ''):
        with pytest.raises(VariantError, match='choose one of .*accel-18.* REFERENCE.UPDATE'):
            find(unknown)


def test_a_pair_is_saved_and_loaded_by_its_name(tmp_path: Path) -> None:
    network = narrow_network('efficientnet-lite2+resnet-18')
    save_checkpoint(tmp_path / 'w.pt', network)
    back = load_checkpoint(tmp_path / 'w.pt')
    assert back.description == network.description
    data = network.normalize(images(1, (64, 64))[0])
    torch.testing.assert_close(back.update_scores(data), network.update_scores(data))


def test_a_flow_network_that_cannot_reach_the_stride_is_refused() -> None:
    variant = Variant('coarse', 'resnet-18', update='resnet-18', flow='pwc-net')
    with pytest.raises(VariantError, match='coarse cannot combine pwc-net with resnet-18: .* 16;'):
        build(variant)


def test_features_of_another_size_than_the_carried_ones_are_refused() -> None:
    network = shallow_network('accel-101')
    data = [network.normalize(image) for image in images(2, (33, 64))]
    _, feat = network.keyframe(data[0])
    with pytest.raises(SizeError, match='33x64 have features of 2x4 .* have 3x4: .* of 32'):
        network.update(data[1], data[0], feat)
