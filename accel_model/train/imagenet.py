# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
ImageNet weights for the ResNet trunks, from a file in torchvision's format.

torchvision's `resnet18`, `resnet34`, `resnet50` and `resnet101` (resnet18-f37072fd.pth, ...) have
the layers of He et al. (CVPR 2016) under the names conv1, bn1, layer1.0.conv1, ... The original's
trunks differ, so that training has to make up for some of it:

* both: the image comes as mean-subtracted RGB of 0..255 and not divided by a standard deviation.
  Here conv1 (or bn_data) takes that over, exactly up to the image's rim. conv5's 3x3 layers are
  deformable and dilated; their offsets start at zero.
* ResNet-50 and 101: the stride of a stage is on the first 1x1 layer, in torchvision's on the 3x3;
  conv5 has none. The first pooling has no padding.
* ResNet-18 and 34: the units of stages 1 to 3 are pre-activation units. The normalisation after
  torchvision's first 3x3 is the one before our second; the scale of the one after its second goes
  into that layer and its shift is lost; the one before our first has no model and starts as an
  identity. Stage 1 has a projection, which starts as an identity, too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from accel_model.networks.normalization import Normalization
from accel_model.networks.resnet import Bottleneck, ResNet
from accel_model.networks.resnet_small import Conv5Unit, PreActivationUnit, SmallResNet
from accel_model.train.settings import ConfigError
from accel_ros.errors import one_line

# torchvision's data are (RGB / 255 - MEAN) / STD.
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
EPS = 1e-5
UNUSED = ('fc.weight', 'fc.bias')

Weights = dict[str, Tensor]


def load_torchvision(trunk: nn.Module, normalization: Normalization, path: Path) -> None:
    """
    Give a trunk the ImageNet weights of torchvision's network of the same depth.

    :param normalization: of the data that the trunk sees
    :raises ConfigError: the file cannot be read, or is of another network
    """
    try:
        fill_trunk(trunk, normalization, torch.load(path, map_location='cpu', weights_only=True))
    except KeyError as error:
        raise _wrong(path, f'it has no {error}') from error
    except Exception as error:  # whatever a wrong file leads to
        raise _wrong(path, one_line(error)) from error


def _wrong(path: Path, why: str) -> ConfigError:
    return ConfigError(
        f"init.imagenet {path} cannot be used: {why:.300}; give the file of torchvision's ResNet "
        'of this depth, or init.imagenet=null to start at random'
    )


@torch.no_grad()
def fill_trunk(trunk: nn.Module, normalization: Normalization, weights: Weights) -> None:
    """
    Fill a trunk with the weights of torchvision's network, by torchvision's names.

    :raises KeyError: a weight is missing
    :raises ValueError: a weight is left over or of another shape
    """
    source = {
        name: value
        for name, value in weights.items()
        if name not in UNUSED and not name.endswith('num_batches_tracked')
    }
    if isinstance(trunk, ResNet):
        _fill_stem(trunk, normalization, source)
    elif isinstance(trunk, SmallResNet):
        _fill_small_stem(trunk, normalization, source)
    else:
        raise ValueError(f'it is not for {type(trunk).__name__}')
    layer, index = 0, 0
    for name in trunk.unit_names:
        unit = trunk.get_submodule(name)
        layer, index = (layer + 1, 0) if unit.project else (layer, index + 1)
        _FILL[type(unit)](unit, f'layer{layer}.{index}.', source)
    for name in source:
        raise ValueError(f'it has {name}, too')


def _fill_stem(trunk: ResNet, normalization: Normalization, source: Weights) -> None:
    """conv1 sees a * torchvision's data + b; a goes into its weights, b into its mean."""
    weight = source.pop('conv1.weight')
    std, mean = (weight.new_tensor(values)[:, None, None] * 255 for values in (STD, MEAN))
    given = weight.new_tensor(normalization.mean)[:, None, None]
    _set(trunk.conv1.weight, weight * (normalization.std / std))
    _norm(trunk.bn_conv1, 'bn1.', source)
    assert trunk.bn_conv1.running_mean is not None
    trunk.bn_conv1.running_mean -= (weight * (given - mean) / std).sum((1, 2, 3))


def _fill_small_stem(trunk: SmallResNet, normalization: Normalization, source: Weights) -> None:
    """bn_data makes torchvision's data of ours."""
    mean, std = torch.tensor(MEAN) * 255, torch.tensor(STD) * 255
    trunk.bn_data.running_mean.copy_((mean - torch.tensor(normalization.mean)) / normalization.std)
    trunk.bn_data.running_var.copy_((std / normalization.std) ** 2)
    _set(trunk.conv0.weight, source.pop('conv1.weight'))
    _norm(trunk.bn0, 'bn1.', source)


def _fill_bottleneck(unit: Bottleneck, name: str, source: Weights) -> None:
    for number, branch in enumerate(('branch2a', 'branch2b', 'branch2c'), 1):
        _set(unit.get_submodule(branch).weight, source.pop(f'{name}conv{number}.weight'))
        _norm(unit.get_submodule(f'bn_{branch}'), f'{name}bn{number}.', source)
    _fill_projection(unit, name, source)


def _fill_conv5(unit: Conv5Unit, name: str, source: Weights) -> None:
    for number, branch in enumerate(('branch2a', 'branch2b'), 1):
        _set(unit.get_submodule(branch).weight, source.pop(f'{name}conv{number}.weight'))
        _norm(unit.get_submodule(f'bn_{branch}'), f'{name}bn{number}.', source)
    _fill_projection(unit, name, source)


def _fill_projection(unit: Bottleneck | Conv5Unit, name: str, source: Weights) -> None:
    if unit.project:
        _set(unit.branch1.weight, source.pop(f'{name}downsample.0.weight'))
        _norm(unit.bn_branch1, f'{name}downsample.1.', source)


def _fill_pre_activation(unit: PreActivationUnit, name: str, source: Weights) -> None:
    _set(unit.conv1.weight, source.pop(f'{name}conv1.weight'))
    _norm(unit.bn2, f'{name}bn1.', source)
    _set(unit.conv2.weight, _scaled(f'{name}conv2.', f'{name}bn2.', source))
    if not unit.project:
        return
    if name.startswith('layer1.'):
        nn.init.dirac_(unit.sc.weight)
    else:
        _set(unit.sc.weight, _scaled(f'{name}downsample.0.', f'{name}downsample.1.', source))


_FILL: dict[type, Callable[[Any, str, Weights], None]] = {
    Bottleneck: _fill_bottleneck,
    Conv5Unit: _fill_conv5,
    PreActivationUnit: _fill_pre_activation,
}


def _scaled(conv: str, norm: str, source: Weights) -> Tensor:
    """Return a layer's weights with the scale of the normalisation after it; its shift is lost."""
    gamma, var = source.pop(f'{norm}weight'), source.pop(f'{norm}running_var')
    del source[f'{norm}bias'], source[f'{norm}running_mean']
    scale = gamma * torch.rsqrt(var + EPS)
    return source.pop(f'{conv}weight') * scale[:, None, None, None]


def _norm(target: nn.Module, name: str, source: Weights) -> None:
    for key in ('weight', 'bias', 'running_mean', 'running_var'):
        _set(getattr(target, key), source.pop(f'{name}{key}'))


def _set(target: Any, value: Tensor) -> None:
    if target.shape != value.shape:
        raise ValueError(
            f'a layer is {tuple(value.shape)} in it and {tuple(target.shape)} in the network'
        )
    target.copy_(value)
