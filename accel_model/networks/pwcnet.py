# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""PWC-Net's recipe for flow, narrow: pyramid, warping, cost volume (Sun et al., CVPR 2018).

FlowNet-S has to learn matching from nothing; a cost volume is matching. At a hundredth of the
original's cost and with hours instead of weeks of training that decides how good the flow is.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from accel_model.networks.flownet import FINEST_STRIDE, PIXELS_PER_UNIT, FlowWidths
from accel_model.networks.lucas_kanade import refine
from accel_model.networks.warp import warp

SLOPE = 0.1  # of the leaky ReLUs
RADIUS = 3  # cells that the cost volume looks around in, at every level


def _conv(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, padding=1), nn.LeakyReLU(SLOPE, inplace=True)
    )


def halve(data: Tensor) -> Tensor:
    """Average over two by two pixels: [N, C, H, W] -> [N, C, H // 2, W // 2]."""
    return F.avg_pool2d(data, 2)


def cost_volume(current: Tensor, previous: Tensor, radius: int = RADIUS) -> Tensor:
    """
    Cosine of the angle between features and those in every cell around.

    :param current: [N, C, h, w]
    :param previous: [N, C, h, w]
    :returns: [N, (2 radius + 1) ** 2, h, w], offsets row by row; beyond the map is zero
    """
    height, width = current.shape[-2:]
    side = 2 * radius + 1
    padded = F.pad(F.normalize(previous), (radius,) * 4).permute(0, 2, 1, 3)
    rows = torch.stack([padded[:, y : y + height] for y in range(side)], 1)  # [N, side, h, C, w']
    # Each cell with all cells of the rows around: [N, side, h, w, w'], w' = w + 2 radius
    products = F.normalize(current).permute(0, 2, 3, 1)[:, None] @ rows
    # Of these, cell x needs x' = x to x + 2 radius. They stand at x w' + x' in memory: with rows
    # that are one cell longer, they are the first columns.
    longer = F.pad(products.flatten(-2), (0, width)).unflatten(-1, (width, width + side))
    return longer[..., :side].permute(0, 1, 4, 2, 3).flatten(1, 2)


def _standardize(x: Tensor) -> Tensor:
    """Mean 0 and variance 1 in every channel; 0 where a map is a single cell."""
    centred = x - x.mean((2, 3), keepdim=True)
    return centred * torch.rsqrt((centred * centred).mean((2, 3), keepdim=True) + 1e-5)


class Match(nn.Module):
    """
    The offset that a cost volume votes for: the mean of all offsets, weighted by its softmax.

    A start that needs no training; `sharpness` is learnt.
    """

    offsets: Tensor

    def __init__(self, radius: int = RADIUS) -> None:
        super().__init__()
        self.sharpness = nn.Parameter(torch.tensor(15.0))
        axis = torch.arange(-radius, radius + 1, dtype=torch.float32)
        y, x = torch.meshgrid(axis, axis, indexing='ij')
        self.register_buffer('offsets', torch.stack([x.flatten(), y.flatten()])[..., None, None])

    def forward(self, volume: Tensor) -> Tensor:
        """[N, (2 radius + 1) ** 2, h, w] -> offset x, y in cells, [N, 2, h, w]."""
        # A softmax written out, with its division last: eight times as fast in onnxruntime.
        votes = volume * self.sharpness
        weights = torch.exp(votes - votes.detach().amax(1, keepdim=True))
        kernel = torch.cat([self.offsets, torch.ones_like(self.offsets[:1])])
        sums = F.conv2d(weights, kernel)
        return sums[:, :2] / sums[:, 2:]


class PwcNet(nn.Module):
    """
    Displacement from the current frame back to the previous one, on the state's grid.

    It has the interface of `FlowNet`.

    :param widths: channels of the pyramid's levels at the strides 4, 8, 16, 32, 64 (encoder) and
        of the three layers that read every level's cost volume (decoder)
    :param stride: stride of the state in image pixels, at most 8
    :param input_scale: factor on the network's data
    """

    def __init__(self, widths: FlowWidths, stride: int, input_scale: float) -> None:
        super().__init__()
        if not 0 < stride <= FINEST_STRIDE:
            raise ValueError(f'flow stride must be at most {FINEST_STRIDE}, not {stride}')
        self.stride = stride
        self.input_scale = input_scale
        levels = (3, *widths.encoder)
        self.pyramid = nn.ModuleList(
            nn.Sequential(_conv(inputs, outputs, 2), _conv(outputs, outputs))
            for inputs, outputs in zip(levels, levels[1:])
        )
        a, b, c = widths.decoder
        volume = (2 * RADIUS + 1) ** 2
        self.decoders = nn.ModuleList(  # strides 64, 32, 16, 8
            nn.Sequential(_conv(volume + 4 + channels, a), _conv(a, b), _conv(b, c))
            for channels in widths.encoder[:0:-1]
        )
        self.predict_flow = nn.ModuleList(
            nn.Conv2d(c + 2, 2, 3, padding=1) for _ in widths.encoder[:0:-1]
        )
        self.match = nn.ModuleList(Match() for _ in widths.encoder[:0:-1])
        for module in (*self.pyramid.modules(), *self.decoders.modules()):
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, SLOPE)
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]

    def predictions(self, current: Tensor, previous: Tensor) -> list[Tensor]:
        """
        Every level's raw prediction, for training: times `PIXELS_PER_UNIT` = image pixels.

        :param current: [N, 3, H, W] network data
        :param previous: [N, 3, H, W] network data of the frame before
        :returns: four [N, 2, h, w], coarse to fine: strides 64, 32, 16, 8
        """
        return self._predict(halve(current), halve(previous))

    def _predict(self, current: Tensor, previous: Tensor) -> list[Tensor]:
        count = current.shape[0]
        both = self._levels(torch.cat([current, previous]))  # one pass for both frames
        flow = both[-1].new_zeros(count, 2, *both[-1].shape[-2:])
        predictions: list[Tensor] = []
        stride = 2 << len(self.pyramid)
        for level, match, decoder, predict in zip(
            both[:0:-1], self.match, self.decoders, self.predict_flow, strict=True
        ):
            now, before = level[:count], level[count:]
            if predictions:
                flow = F.interpolate(flow, now.shape[-2:], mode='bilinear', align_corners=False)
            before = warp(before, flow * (PIXELS_PER_UNIT / stride))
            volume = cost_volume(now, before)
            matched = match(volume) * (stride / PIXELS_PER_UNIT)
            seen = torch.cat([volume, now, flow, matched], 1)
            flow = flow + predict(torch.cat([decoder(seen), matched], 1))
            predictions.append(flow)
            stride //= 2
        return predictions

    def _levels(self, data: Tensor) -> list[Tensor]:
        """
        Network data at half the size -> features at the strides 4, 8, ... 64.

        Every channel has mean 0 and variance 1 over the image, so that features of different
        places differ and the cost volume tells them apart from the first step of training on.
        """
        x = data * self.input_scale
        levels = []
        for stage in self.pyramid:
            x = stage(x)
            levels.append(_standardize(x))
        return levels

    def forward(self, current: Tensor, previous: Tensor, size: tuple[int, int]) -> Tensor:
        """
        Flow [N, 2, h, w] in cells of the state: x, y from the current frame to the previous.

        :param current: [N, 3, H, W] network data
        :param previous: [N, 3, H, W] network data of the frame before
        :param size: (h, w) of the state
        """
        return self.of_halves(halve(current), halve(previous), size)

    def of_halves(self, current: Tensor, previous: Tensor, size: tuple[int, int]) -> Tensor:
        """Return what `forward` does, of frames that have been halved [N, 3, H // 2, W // 2]."""
        flow = self._predict(current, previous)[-1] * (PIXELS_PER_UNIT / 2)  # cells of the halves
        flow = F.interpolate(flow, current.shape[-2:], mode='bilinear', align_corners=False)
        flow = refine(flow, self._brightness(current), self._brightness(previous))
        return F.interpolate(flow, size, mode='bilinear', align_corners=False) * (2 / self.stride)

    def _brightness(self, data: Tensor) -> Tensor:
        """Network data [N, 3, h, w] -> [N, 1, h, w], black and white 1 apart."""
        return data.mean(1, keepdim=True) * self.input_scale
