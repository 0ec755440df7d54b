# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Fold batch normalisations into the convolutions before them."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from accel_model.networks.accel import Accel
from accel_model.networks.deform import DeformableConv


def fold_batch_norms(network: Accel, data: Tensor) -> Accel:
    """
    Return a copy of the network without the batch normalisations that follow a convolution.

    Which ones do is seen by watching a keyframe and an update.

    :param data: [1, 3, H, W] network data to watch with
    """
    network = copy.deepcopy(network).eval().requires_grad_(False)
    for conv, norm in _watch(network, data).items():
        conv.weight, conv.bias = _fused(conv, norm)
        _replace(network, norm, nn.Identity())
    return network


def _watch(network: Accel, data: Tensor) -> dict[nn.Module, nn.BatchNorm2d]:
    """Return which normalisation reads which convolution's output."""
    made_by: dict[int, tuple[Tensor, nn.Module]] = {}  # holding the tensors keeps ids unique
    pairs: dict[nn.Module, nn.BatchNorm2d] = {}

    def made(module: nn.Module, _: Any, output: Tensor) -> None:
        made_by[id(output)] = (output, module)

    def read(module: nn.Module, inputs: tuple[Tensor]) -> None:
        if id(inputs[0]) in made_by and isinstance(module, nn.BatchNorm2d):
            pairs[made_by[id(inputs[0])][1]] = module

    hooks = []
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, DeformableConv)):
            hooks.append(module.register_forward_hook(made))
        elif isinstance(module, nn.BatchNorm2d):
            hooks.append(module.register_forward_pre_hook(read))
    with torch.no_grad():
        _, state = network.keyframe(data)
        if network.flow is not None:
            network.update(data, data, state)
    for hook in hooks:
        hook.remove()
    return pairs


def _fused(conv: nn.Module, norm: nn.BatchNorm2d) -> tuple[nn.Parameter, nn.Parameter]:
    assert isinstance(conv, (nn.Conv2d, DeformableConv))
    mean, variance = norm.running_mean, norm.running_var
    assert mean is not None and variance is not None
    bias = None if conv.bias is None else conv.bias.double()
    weight, bias = fuse_conv_bn_weights(
        conv.weight.double(),
        bias,
        mean.double(),
        variance.double(),
        norm.eps,
        norm.weight.double(),
        norm.bias.double(),
    )
    return (
        nn.Parameter(weight.float(), requires_grad=False),
        nn.Parameter(bias.float(), requires_grad=False),
    )


def _replace(network: nn.Module, old: nn.Module, new: nn.Module) -> None:
    for module in network.modules():
        for name, child in module.named_children():
            if child is old:
                setattr(module, name, new)
