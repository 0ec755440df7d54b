# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""accel-lite's branches: strides, sizes and their ImageNet start."""

from __future__ import annotations

import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet

from accel_model.networks.efficientnet import (
    EfficientNetBranch,
    EfficientNetTrunk,
    _imagenet_file,
    load_imagenet,
)


def test_levels_are_at_strides_2_to_32():
    levels = EfficientNetTrunk('efficientnet-lite0').eval()(torch.zeros(1, 3, 64, 96))
    sizes = [tuple(level.shape[-2:]) for level in levels]
    assert sizes == [(32, 48), (16, 24), (8, 12), (4, 6), (2, 3)]
    assert [level.shape[1] for level in levels] == [16, 24, 40, 112, 320]


@pytest.mark.parametrize('name', ['efficientnet-lite0', 'efficientnet-lite2'])
def test_the_trunk_with_imagenet_weights_is_the_library_s(name):
    trunk = EfficientNetTrunk(name)
    load_imagenet(trunk)
    network = EfficientNet.from_name(name)
    network.load_state_dict(torch.load(_imagenet_file(name), weights_only=True))
    image = torch.randn(1, 3, 128, 128, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        deepest = trunk.eval()(image)[-1]
        expected = network.eval().extract_features(image)
        head = network._swish(network._bn1(network._conv_head(deepest)))
    torch.testing.assert_close(head, expected)


@pytest.mark.parametrize(
    ('deepest', 'scale', 'stride'), [(32, 1.5, 2), (32, 1.0, 2), (16, 0.8, 4)]
)
@pytest.mark.parametrize('size', [(64, 96), (90, 121)])
def test_features_are_at_their_stride_of_the_image_for_any_size(deepest, scale, stride, size):
    branch = EfficientNetBranch('efficientnet-lite0', deepest, scale, stride, (32, 16)).eval()
    with torch.no_grad():
        features = branch(torch.zeros(1, 3, *size))
    assert features.shape == (1, 16, size[0] // stride, size[1] // stride)


@pytest.mark.parametrize(
    ('deepest', 'scale', 'size', 'due'),
    [
        (32, 1.5, (360, 480), (544, 736)),
        (16, 0.8, (360, 480), (288, 384)),
        (16, 0.8, (90, 121), (80, 112)),
    ],
)
def test_the_trunk_sees_sides_that_its_strides_divide(deepest, scale, size, due):
    branch = EfficientNetBranch('efficientnet-lite0', deepest, scale, 4, (32, 16)).eval()
    seen = []
    branch.trunk.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].shape[-2:]))
    with torch.no_grad():
        branch(torch.zeros(1, 3, *size))
    assert seen == [due]


def test_a_deepest_stride_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match='deepest stride 64'):
        EfficientNetTrunk('efficientnet-lite0', 64)
