# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import ctypes
from types import SimpleNamespace

import pytest

from accel_ros.engines.tensorrt.probe import require_gpu
from accel_ros.errors import EngineError


def driver(status, count):
    """A driver that starts with a status and sees some GPUs."""

    def count_devices(pointer):
        pointer._obj.value = count
        return 0

    return SimpleNamespace(cuInit=lambda flags: status, cuDeviceGetCount=count_devices)


def test_a_gpu_is_seen():
    require_gpu(lambda name: driver(0, 1))


@pytest.mark.parametrize(
    'status, count, complaint',
    [(100, 0, 'cuInit gives error 100'), (0, 0, 'sees no GPU; look at CUDA_VISIBLE_DEVICES')],
)
def test_a_driver_without_a_gpu_says_what_to_look_at(status, count, complaint):
    with pytest.raises(EngineError, match=complaint):
        require_gpu(lambda name: driver(status, count))


def test_no_driver_is_one_clear_error():
    with pytest.raises(
        EngineError, match=r'no NVIDIA driver \(libcuda.so.1 cannot be loaded.*use the'
    ):
        require_gpu(lambda name: ctypes.CDLL('libnone.so'))
