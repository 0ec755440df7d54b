# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Memory on the GPU, and memory of the host that the GPU can reach."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from accel_ros.engines.tensorrt.cuda import check


class Pinned:
    """Page-locked host memory, which the GPU can copy by itself; `array` is it, u8 [count]."""

    def __init__(self, cudart: Any, count: int) -> None:
        self._cudart, self.count = cudart, count
        self.address = int(
            check(
                cudart,
                cudart.cudaHostAlloc(count, cudart.cudaHostAllocDefault),
                f'lock {count} bytes of host memory',
            )
        )
        content = (ctypes.c_uint8 * count).from_address(self.address)
        self.array = np.ctypeslib.as_array(content)

    def close(self) -> None:
        """Give it back; nobody may hold on to `array`."""
        if self.address:
            del self.array
            address, self.address = self.address, 0
            check(self._cudart, self._cudart.cudaFreeHost(address), 'free host memory')


class Buffer:
    """Memory on the device."""

    def __init__(self, cudart: Any, count: int) -> None:
        self._cudart, self.count = cudart, count
        self.address = int(
            check(cudart, cudart.cudaMalloc(count), f'allocate {count} bytes on the GPU')
        )

    def close(self) -> None:
        """Give it back."""
        if self.address:
            address, self.address = self.address, 0
            check(self._cudart, self._cudart.cudaFree(address), 'free memory on the GPU')
