# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The steps of Accel and the family of variants."""

from __future__ import annotations

import pytest
import torch
from support.narrow import narrow_network

from accel_model.networks.batchnorm import FixedGammaBatchNorm, GlobalBatchNorm
from accel_model.networks.upsampling import BilinearUpsampling
from accel_model.networks.variants import build, default_widths, find
from accel_model.networks.warp import warp


def frames(network, count: int, size: tuple[int, int] = (64, 96)) -> list[torch.Tensor]:
    torch.manual_seed(3)
    return [network.normalize(torch.rand(1, 3, *size) * 255) for _ in range(count)]


def test_the_state_is_warped_and_never_fused() -> None:
    network = narrow_network('accel-18')
    first, second, third = frames(network, 3)
    _, feat = network.keyframe(first)
    update = network.update(second, first, feat)
    torch.testing.assert_close(update.state, warp(feat, network.flow(second, first)))
    again = network.update(third, second, update.state)
    torch.testing.assert_close(again.state, warp(update.state, network.flow(third, second)))


def test_dff_is_accel_without_its_update_branch() -> None:
    network, dff = narrow_network('accel-18'), narrow_network('dff')
    dff.load_state_dict(network.state_dict(), strict=False)
    first, second = frames(network, 2)
    scores, feat = network.keyframe(first)
    torch.testing.assert_close(dff.keyframe(first)[0], scores)
    update, carried = network.update(second, first, feat), dff.update(second, first, feat)
    torch.testing.assert_close(carried.reference_scores, update.reference_scores)
    torch.testing.assert_close(
        carried.scores, network.upsampling(update.reference_scores, (64, 96))
    )
    assert carried.update_scores is None
    assert not torch.allclose(carried.scores, update.scores)


def test_the_reference_comes_first_in_the_fusion() -> None:
    network = narrow_network('accel-18')
    with torch.no_grad():
        network.fusion.weight.zero_()
        network.fusion.weight[:, :19, 0, 0] = torch.eye(19)
        network.fusion.bias.zero_()
    first, second = frames(network, 2)
    update = network.update(second, first, network.keyframe(first)[1])
    torch.testing.assert_close(
        update.scores, network.upsampling(update.reference_scores, (64, 96))
    )


def test_fusing_before_a_plain_upsampling_is_the_same() -> None:
    network = narrow_network('accel-18')
    network.upsampling = network.update_upsampling = BilinearUpsampling()
    reference, update = torch.rand(2, 1, 19, 4, 6)
    upsampled = [network.upsampling(scores, (64, 96)) for scores in (reference, update)]
    due = network.fusion(torch.cat(upsampled, 1))
    torch.testing.assert_close(network.fuse(reference, update, (64, 96)), due)


def test_normalization_is_rgb() -> None:
    image = torch.tensor([123.15, 115.90, 103.06])[None, :, None, None].expand(1, 3, 2, 2)
    torch.testing.assert_close(narrow_network('frame').normalize(image), torch.zeros(1, 3, 2, 2))


def test_frame_by_frame_has_no_update() -> None:
    network = narrow_network('frame')
    data = frames(network, 1)[0]
    scores, feat = network.keyframe(data)
    assert scores.shape == (1, 19, 64, 96) and feat.shape == (1, 16, 4, 6)
    with pytest.raises(ValueError, match='works frame by frame'):
        network.update(data, data, feat)


def test_unknown_variants_are_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown variant 'accel-19': choose one of .*accel-18"):
        find('accel-19')


@pytest.mark.parametrize(
    ('variant', 'numbers'),
    [
        ('accel-18', 114_634_367),
        ('accel-34', 125_081_799),
        ('accel-50', 110_562_235),
        ('accel-101', 92_258_347),
    ],
)
def test_the_original_widths(variant: str, numbers: int) -> None:
    """The count of all numbers in the original's files, less what its networks do not use."""
    unused = 194 * 1024 + 1024 + (3 if variant in ('accel-18', 'accel-34') else 0)
    with torch.device('meta'):
        network = build(find(variant), default_widths(find(variant)))
    state = network.state_dict()
    counted = sum(v.numel() for k, v in state.items() if not k.endswith('num_batches_tracked'))
    assert counted == numbers - unused


def test_global_statistics_stay_in_training() -> None:
    norm = GlobalBatchNorm(2)
    x = torch.rand(4, 2, 3, 3) * 5
    torch.testing.assert_close(norm.train()(x), norm.eval()(x))
    torch.testing.assert_close(norm.running_mean, torch.zeros(2))


def test_fixed_gamma_has_no_weight_and_learns_statistics() -> None:
    norm = FixedGammaBatchNorm(3, 2e-5).train()
    assert set(norm.state_dict()) == {'bias', 'running_mean', 'running_var'}
    found = norm(torch.rand(4, 3, 5, 5) * 9)
    torch.testing.assert_close(
        found.var((0, 2, 3), unbiased=False), torch.ones(3), atol=1e-4, rtol=0
    )
    assert norm.running_mean.min() > 0.1
