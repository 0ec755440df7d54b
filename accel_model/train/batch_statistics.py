# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Batch normalisation over the batches of all processes, so that they train as one would.

PyTorch's SyncBatchNorm does this on GPUs only, and would replace the layers that keep their
moving statistics, too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

_SIGNATURE = inspect.signature(F.batch_norm)


class SharedStatistics(TorchFunctionMode):
    """
    Within this context, `batch_norm` in training takes its statistics from all processes.

    Their batches have to be of one shape.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Replace one function, and call all others as they are."""
        kwargs = kwargs or {}
        if func is F.batch_norm:
            call = _SIGNATURE.bind(*args, **kwargs)
            call.apply_defaults()
            if call.arguments.pop('training'):
                return batch_norm_of_all(*call.arguments.values())
        return func(*args, **kwargs)


class _Total(torch.autograd.Function):
    """The sum of a tensor over all processes, and of its gradient."""

    @staticmethod
    def forward(ctx: Any, part: Tensor) -> Tensor:
        total = part.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        total = gradient.clone()
        dist.all_reduce(total)
        return total


def batch_norm_of_all(
    x: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    momentum: float,
    eps: float,
) -> Tensor:
    """Do what `F.batch_norm` does in training with [N, C, ...], N over all processes."""
    dims = [dim for dim in range(x.dim()) if dim != 1]
    shape = [-1 if dim == 1 else 1 for dim in range(x.dim())]
    count = x.numel() // x.shape[1] * dist.get_world_size()
    exact = x.float()
    mean = _Total.apply(exact.sum(dims)) / count
    centred = exact - mean.view(shape)
    var = _Total.apply((centred * centred).sum(dims)) / count
    with torch.no_grad():
        if running_mean is not None:
            running_mean.lerp_(mean, momentum)
        if running_var is not None:
            running_var.lerp_(var * count / (count - 1), momentum)
    y = centred * torch.rsqrt(var + eps).view(shape)
    if weight is not None:
        y = y * weight.view(shape)
    if bias is not None:
        y = y + bias.view(shape)
    return y.to(x.dtype)
