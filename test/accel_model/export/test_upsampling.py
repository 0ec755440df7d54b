# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Transposed convolutions in another form: the same numbers, at the rim too."""

import pytest
import torch
from torch import nn

from accel_model.export.upsampling import PhasedUpsampling, as_interpolation
from accel_model.networks.upsampling import BilinearUpsampling, TransposedUpsampling


@pytest.mark.parametrize('stride', [2, 4, 16])
@pytest.mark.parametrize('crop', [0, 1])
def test_an_interpolation_with_a_rim_of_zeros_is_the_originals_upsampling(stride, crop):
    torch.manual_seed(0)
    scores, bias = torch.randn(1, 5, 4, 6), torch.randn(5)
    size = (4 * stride - crop, 6 * stride - crop)
    original = TransposedUpsampling(5, stride)
    found = as_interpolation(original)
    assert type(found) is not TransposedUpsampling
    for given in (None, bias):
        due = original(scores, size, given)
        assert torch.allclose(found(scores, size, given), due, atol=1e-5)


def test_what_is_no_interpolation_stays_as_it_is():
    original = TransposedUpsampling(5, 4)
    original.weight[2, 0, 3, 3] += 0.01
    assert as_interpolation(original) is original
    plain = BilinearUpsampling()
    assert as_interpolation(plain) is plain


@pytest.mark.parametrize('size', [(1, 1), (3, 5)])
def test_four_phases_are_the_transposed_convolution(size):
    torch.manual_seed(0)
    up, after = nn.ConvTranspose2d(6, 8, 4, 2, 1), nn.Conv2d(8, 3, 1)
    x = torch.randn(2, 6, *size)
    phased = PhasedUpsampling(up.weight.data, up.bias.data, after)
    assert torch.allclose(phased(x), after(torch.relu(up(x))), atol=1e-5)
