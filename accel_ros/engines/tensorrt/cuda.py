# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""CUDA's runtime through cuda-python; the status of every call is checked."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from accel_ros.errors import EngineError, one_line

MEBIBYTE = 1 << 20


class CudaError(EngineError):
    """A call of CUDA failed."""


class CudaOutOfMemory(CudaError):
    """There is too little memory on the GPU."""


def load() -> Any:
    """Import CUDA's runtime. Raises EngineError."""
    try:
        return importlib.import_module('cuda.bindings.runtime')
    except Exception as cause:
        raise EngineError(
            f'cuda-python cannot be used: {one_line(cause)}; pip install cuda-python, of the '
            'major version of your CUDA'
        ) from cause


def check(cudart: Any, result: tuple[Any, ...], what: str) -> Any:
    """Return the value of a call's result (status, value); raise CudaError where it failed."""
    status, *values = result
    if status == cudart.cudaError_t.cudaSuccess:
        return values[0] if values else None
    _, text = cudart.cudaGetErrorString(status)
    words = text.decode() if isinstance(text, bytes) else str(text)
    if status == cudart.cudaError_t.cudaErrorMemoryAllocation:
        raise CudaOutOfMemory(
            f'CUDA could not {what}: {words}; close other programs that use the GPU'
        )
    raise CudaError(f'CUDA could not {what}: {words} (error {int(status)})')


@dataclass(frozen=True)
class Device:
    """The GPU that this process uses: the first that CUDA_VISIBLE_DEVICES leaves."""

    name: str
    capability: tuple[int, int]
    driver: int  # the newest CUDA that the driver knows, 1000 * major + 10 * minor

    @classmethod
    def find(cls, cudart: Any) -> Device:
        """Return the GPU in use. Raises CudaError."""
        kind = cudart.cudaDeviceAttr
        major, minor = (
            check(cudart, cudart.cudaDeviceGetAttribute(attribute, 0), 'ask for the GPU')
            for attribute in (
                kind.cudaDevAttrComputeCapabilityMajor,
                kind.cudaDevAttrComputeCapabilityMinor,
            )
        )
        properties = check(cudart, cudart.cudaGetDeviceProperties(0), 'ask for the GPU')
        driver = check(cudart, cudart.cudaDriverGetVersion(), 'ask for the driver')
        name = properties.name.rstrip(b'\0').decode(errors='replace')
        return cls(name, (int(major), int(minor)), int(driver))


def memory(cudart: Any) -> tuple[int, int]:
    """Return the GPU's free and total memory in bytes. Raises CudaError."""
    status, free, total = cudart.cudaMemGetInfo()
    check(cudart, (status,), 'ask for the free memory')
    return int(free), int(total)
