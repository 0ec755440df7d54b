# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Look for a GPU before any library does: with TensorRT but no driver, a later call may crash."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from accel_ros.errors import EngineError

DRIVER = 'libcuda.so.1'


def require_gpu(load: Callable[[str], Any] = ctypes.CDLL) -> None:
    """Raise EngineError unless the driver is there and sees a GPU."""
    try:
        driver = load(DRIVER)
    except OSError as cause:
        raise EngineError(
            f'there is no NVIDIA driver ({DRIVER} cannot be loaded); install it, or use the '
            'backend onnxruntime'
        ) from cause
    if status := driver.cuInit(0):
        raise EngineError(
            f'the NVIDIA driver cannot start (cuInit gives error {status}); nvidia-smi shows '
            'whether it works, and a container needs the NVIDIA runtime'
        )
    count = ctypes.c_int()
    if (status := driver.cuDeviceGetCount(ctypes.byref(count))) or not count.value:
        raise EngineError(
            'the NVIDIA driver sees no GPU; look at CUDA_VISIBLE_DEVICES and nvidia-smi'
        )
