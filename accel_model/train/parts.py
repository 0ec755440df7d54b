# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Parts of a network that are trained one by one and put together at the end, as in the paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from accel_model.networks.accel import Accel
from accel_model.train.config import ConfigError

#: Where a branch and its head are in the network.
BRANCHES = {'reference': ('reference', 'head'), 'update': ('update_branch', 'update_head')}


def data_of(network: Accel, image: Tensor) -> Tensor:
    """RGB uint8 [N, H, W, 3] -> network data [N, 3, H, W], in the memory order CPUs prefer."""
    data = network.normalize(image.permute(0, 3, 1, 2).float())
    return data.contiguous(memory_format=torch.channels_last)


Module = TypeVar('Module', bound=nn.Module)


def channels_last(module: Module) -> Module:
    """Store the weights in the memory order that CPUs convolve fastest in."""
    return module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def save_part(path: Path, modules: Mapping[str, nn.Module]) -> None:
    """Write the weights of some modules under their names in the whole network."""
    weights = {
        f'{name}.{key}': value
        for name, module in modules.items()
        for key, value in module.state_dict().items()
    }
    torch.save(weights, path)


def load_parts(network: Accel, paths: Iterable[Path]) -> None:
    """Put trained parts into a network; later files win.

    :raises ConfigError: a file is missing, or its weights do not fit the network.
    """
    known = network.state_dict().keys()
    for path in paths:
        try:
            weights = torch.load(path, weights_only=True)
            surplus = weights.keys() - known
            if surplus:
                raise ValueError(f'the network has no {sorted(surplus)[0]}')
            network.load_state_dict(weights, strict=False)
        except (OSError, RuntimeError, ValueError) as error:
            raise ConfigError(
                f'part {path} cannot be used: {error}; run the stage that makes it first'
            ) from error
