# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""FlowNet-S, the flow part (Dosovitskiy et al., ICCV 2015), as Deep Feature Flow wires it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

#: A raw prediction of 1 is a displacement of 20 pixels of the half-size image FlowNet sees.
PIXELS_PER_UNIT = 40.0

#: Stride of the finest decoder level, in image pixels.
FINEST_STRIDE = 8


@dataclass(frozen=True)
class FlowWidths:
    """
    Channels of conv1, 2, 3, 3_1, 4, 4_1, 5, 5_1, 6, 6_1 and of deconv5, 4, 3, 2.

    Another flow network gives the two tuples a meaning of its own.
    """

    encoder: tuple[int, ...] = (64, 128, 256, 256, 512, 512, 512, 512, 1024, 1024)
    decoder: tuple[int, ...] = (512, 256, 128, 64)


def _conv(inputs: int, outputs: int, kernel: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, stride, padding=(kernel - 1) // 2)


def _upconv(inputs: int, outputs: int) -> nn.ConvTranspose2d:
    # The original has no padding and crops from (1, 1): padding 1 drops the same first row.
    return nn.ConvTranspose2d(inputs, outputs, kernel_size=4, stride=2, padding=1)


def _crop_like(x: Tensor, skip: Tensor) -> Tensor:
    return x[..., : skip.shape[-2], : skip.shape[-1]]


class FlowNet(nn.Module):
    """
    Displacement from the current frame back to the previous one, on the state's grid.

    :param widths: channels of every layer
    :param stride: stride of the state in image pixels. 16 is the original (the finest level,
        stride 8, average-pooled); 8 takes the finest level as it is; below 8 it is upsampled
        bilinearly
    :param input_scale: factor on the network's data; the original divides its mean-subtracted
        RGB by 255
    """

    def __init__(
        self,
        widths: FlowWidths | None = None,
        stride: int = 16,
        input_scale: float = 1.0 / 255.0,
    ) -> None:
        super().__init__()
        if stride not in (2, 4, 8, 16):
            raise ValueError(f'flow stride must be 2, 4, 8 or 16, not {stride}')
        widths = widths or FlowWidths()
        self.stride = stride
        self.input_scale = input_scale
        c1, c2, c3, c3_1, c4, c4_1, c5, c5_1, c6, c6_1 = widths.encoder
        d5, d4, d3, d2 = widths.decoder

        self.flow_conv1 = _conv(6, c1, 7, 2)
        self.conv2 = _conv(c1, c2, 5, 2)
        self.conv3 = _conv(c2, c3, 5, 2)
        self.conv3_1 = _conv(c3, c3_1, 3, 1)
        self.conv4 = _conv(c3_1, c4, 3, 2)
        self.conv4_1 = _conv(c4, c4_1, 3, 1)
        self.conv5 = _conv(c4_1, c5, 3, 2)
        self.conv5_1 = _conv(c5, c5_1, 3, 1)
        self.conv6 = _conv(c5_1, c6, 3, 2)
        self.conv6_1 = _conv(c6, c6_1, 3, 1)

        x5, x4, x3, x2 = c5_1 + d5 + 2, c4_1 + d4 + 2, c3_1 + d3 + 2, c2 + d2 + 2
        self.predict_flow6 = _conv(c6_1, 2, 3, 1)
        self.predict_flow5 = _conv(x5, 2, 3, 1)
        self.predict_flow4 = _conv(x4, 2, 3, 1)
        self.predict_flow3 = _conv(x3, 2, 3, 1)
        self.predict_flow2 = _conv(x2, 2, 3, 1)
        self.deconv5, self.upsample_flow6to5 = _upconv(c6_1, d5), _upconv(2, 2)
        self.deconv4, self.upsample_flow5to4 = _upconv(x5, d4), _upconv(2, 2)
        self.deconv3, self.upsample_flow4to3 = _upconv(x4, d3), _upconv(2, 2)
        self.deconv2, self.upsample_flow3to2 = _upconv(x3, d2), _upconv(2, 2)

    def predictions(self, current: Tensor, previous: Tensor) -> list[Tensor]:
        """
        Every level's raw prediction, for training: times `PIXELS_PER_UNIT` = image pixels.

        :param current: [N, 3, H, W] network data
        :param previous: [N, 3, H, W] network data of the frame before
        :returns: five [N, 2, h, w], coarse to fine: strides 128, 64, 32, 16 and
            `max(stride, 8)`
        """
        x = torch.cat([current, previous], 1) * self.input_scale
        x = F.avg_pool2d(x, 2, 2, ceil_mode=True)  # stride 2
        relu = _leaky_relu
        skip2 = relu(self.conv2(relu(self.flow_conv1(x))))  # stride 8
        skip3 = relu(self.conv3_1(relu(self.conv3(skip2))))  # stride 16
        skip4 = relu(self.conv4_1(relu(self.conv4(skip3))))  # stride 32
        skip5 = relu(self.conv5_1(relu(self.conv5(skip4))))  # stride 64
        x = relu(self.conv6_1(relu(self.conv6(skip5))))  # stride 128
        flow6 = self.predict_flow6(x)
        x = self._level(x, flow6, skip5, self.deconv5, self.upsample_flow6to5)
        flow5 = self.predict_flow5(x)
        x = self._level(x, flow5, skip4, self.deconv4, self.upsample_flow5to4)
        flow4 = self.predict_flow4(x)
        x = self._level(x, flow4, skip3, self.deconv3, self.upsample_flow4to3)
        flow3 = self.predict_flow3(x)
        x = self._level(x, flow3, skip2, self.deconv2, self.upsample_flow3to2)
        if self.stride > FINEST_STRIDE:
            x = F.avg_pool2d(x, 2, 2, ceil_mode=True)
        return [flow6, flow5, flow4, flow3, self.predict_flow2(x)]

    @staticmethod
    def _level(
        x: Tensor, flow: Tensor, skip: Tensor, deconv: nn.Module, upflow: nn.Module
    ) -> Tensor:
        """One decoder level: concat(skip, deconv, upsampled flow) at the skip's size."""
        up = _leaky_relu(_crop_like(deconv(x), skip))
        return torch.cat([skip, up, _crop_like(upflow(flow), skip)], 1)

    def to_state(self, prediction: Tensor, size: tuple[int, int] | None = None) -> Tensor:
        """
        Turn the finest raw prediction into flow in cells of the state, on the state's grid.

        :param prediction: [N, 2, h, w], the last of `predictions`
        :param size: (h, w) of the state; needed only below stride 8
        """
        flow = prediction * (PIXELS_PER_UNIT / self.stride)
        if self.stride >= FINEST_STRIDE:
            return flow
        if size is None:
            raise ValueError(f'flow at stride {self.stride} needs the size of the state')
        return F.interpolate(flow, size, mode='bilinear', align_corners=False)

    def forward(
        self, current: Tensor, previous: Tensor, size: tuple[int, int] | None = None
    ) -> Tensor:
        """
        Flow [N, 2, h, w] in cells of the state: x, y from the current frame to the previous.

        :param current: [N, 3, H, W] network data
        :param previous: [N, 3, H, W] network data of the frame before
        :param size: (h, w) of the state; needed only below stride 8
        """
        return self.to_state(self.predictions(current, previous)[-1], size)


def _leaky_relu(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.1)
