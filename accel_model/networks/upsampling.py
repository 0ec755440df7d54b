# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Class scores at a stride to class scores at the image's size."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def map_size(x: Tensor) -> tuple[int, int]:
    """Return (h, w) of a map [..., h, w]."""
    return x.shape[-2], x.shape[-1]


def bilinear_kernel(stride: int) -> Tensor:
    """
    MXNet's bilinear initialiser for a kernel of twice the stride: [2 * stride, 2 * stride].

    For stride 16 the weights along one axis are 1/32, 3/32 .. 31/32, 31/32 .. 1/32.
    """
    centre = (2 * stride - 1) / (2 * stride)
    axis = 1 - torch.abs(torch.arange(2 * stride, dtype=torch.float64) / stride - centre)
    return torch.outer(axis, axis).float()


class TransposedUpsampling(nn.Module):
    """
    The original: one transposed convolution per class, kernel twice the stride, then a crop.

    It fades towards the image's rim, because beyond the map there are zeros; a bias that is
    added afterwards does not. So it is not an interpolation.
    """

    #: A constant map does not stay constant: what is added before it differs from after it.
    preserves_constants = False

    def __init__(self, classes: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        kernel = bilinear_kernel(stride).expand(classes, 1, 2 * stride, 2 * stride)
        self.weight = nn.Parameter(kernel.clone(), requires_grad=False)

    def forward(self, scores: Tensor, size: tuple[int, int], bias: Tensor | None = None) -> Tensor:
        """
        [N, K, h, w] -> [N, K, H, W] with (H, W) = size.

        :param bias: [K], added after the upsampling
        """
        # The original crops from (stride / 2, stride / 2): the padding drops the same rows.
        upsampled = F.conv_transpose2d(
            scores,
            self.weight,
            bias,
            stride=self.stride,
            padding=self.stride // 2,
            groups=self.weight.shape[0],
        )
        return upsampled[..., : size[0], : size[1]]


class BilinearUpsampling(nn.Module):
    """Plain bilinear interpolation to the image's size."""

    preserves_constants = True

    def forward(self, scores: Tensor, size: tuple[int, int]) -> Tensor:
        """[N, K, h, w] -> [N, K, H, W] with (H, W) = size."""
        return F.interpolate(scores, size, mode='bilinear', align_corners=False)
