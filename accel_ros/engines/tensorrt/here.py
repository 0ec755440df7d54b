# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What this machine has: a GPU, CUDA and a TensorRT, and what engines for it have to be."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from accel_ros.engines.tensorrt import cuda, library
from accel_ros.engines.tensorrt.build import WORKSPACE, BuildOptions
from accel_ros.engines.tensorrt.key import Target
from accel_ros.engines.tensorrt.probe import require_gpu
from accel_ros.errors import EngineError


@dataclass(frozen=True)
class Here:
    """A TensorRT and the GPU that it runs on."""

    trt: Any
    cudart: Any
    device: cuda.Device
    target: Target
    options: BuildOptions

    @classmethod
    def find(cls, flavour: str) -> Here:
        """Look at this machine, the driver first. Raises EngineError for what is missing."""
        require_gpu()
        cudart = cuda.load()
        trt = library.load(flavour)
        device = cuda.Device.find(cudart)
        architecture = 'SM{}{}'.format(*device.capability) if flavour == 'tensorrt_rtx' else None
        return cls(
            trt,
            cudart,
            device,
            Target.here(trt, device),
            BuildOptions(workspace(), architecture),
        )


def elsewhere(flavour: str, architecture: str) -> tuple[Target, BuildOptions]:
    """Return what engines have to be for any card of an architecture such as SM86.

    Needs no GPU. Raises EngineError.
    """
    digits = architecture.upper().removeprefix('SM')
    if not digits.isdecimal() or len(digits) < 2:
        raise EngineError(f'{architecture} is no architecture of a GPU; use a name such as SM86')
    trt = library.load(flavour)
    capability = f'{digits[:-1]}.{digits[-1]}'
    return Target.elsewhere(trt, capability), BuildOptions(workspace(), f'SM{digits}')


def workspace() -> int | None:
    """Return the limit of scratch memory in MiB that the environment sets. Raises EngineError."""
    text = os.environ.get(WORKSPACE, '')
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise EngineError(f'{WORKSPACE} is {text!r} and has to be a number of MiB, 1 or more')
    return int(text)
