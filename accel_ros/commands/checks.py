# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What is installed and works, and how to get what is missing."""

from __future__ import annotations

import importlib
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from accel_ros import __version__
from accel_ros.engines.tensorrt import cuda, library
from accel_ros.engines.tensorrt.cache import FOLDER, EngineCache
from accel_ros.engines.tensorrt.probe import require_gpu
from accel_ros.errors import EngineError, one_line

State = Literal['works', 'missing', 'fails', 'differs']
JETSON = Path('/etc/nv_tegra_release')

# What to do, on a Jetson and on a desktop.
ADVICE = {
    'driver': (
        'it comes with JetPack; in a container use --runtime nvidia',
        "install NVIDIA's driver (sudo ubuntu-drivers install); in a container use --gpus all",
    ),
    'cuda-python': (
        "pip install 'cuda-python==12.*' (JetPack 6) or 'cuda-python==13.*' (JetPack 7)",
        "pip install 'cuda-python==13.*', or 12.* where nvidia-smi shows CUDA 12",
    ),
    'tensorrt': (
        'sudo apt install python3-libnvinfer; a virtual environment needs --system-site-packages',
        "install TensorRT from NVIDIA's packages, or TensorRT for RTX below",
    ),
    'tensorrt_rtx': (
        'not for Jetsons: JetPack has TensorRT',
        'pip install tensorrt-rtx (cards of compute capability 7.5 and newer)',
    ),
    'onnxruntime': ('pip install onnxruntime', 'pip install onnxruntime'),
    'ROS 2': (
        'source /opt/ros/DISTRIBUTION/setup.bash; only the node needs it',
        'source /opt/ros/DISTRIBUTION/setup.bash; only the node needs it',
    ),
    'engine cache': (f'set {FOLDER} to a folder that can be written',) * 2,
}


@dataclass(frozen=True)
class Finding:
    """One line of the table."""

    what: str
    state: State
    detail: str
    advice: str = ''


def findings() -> Iterator[Finding]:
    """Yield what is installed, from the ground up."""
    yield Finding('accel_ros', 'works', f'{__version__}, Python {platform.python_version()}')
    yield _look('driver', _driver)
    yield _look('cuda-python', partial(_version, 'cuda.bindings'))
    yield _look('GPU', _gpu)
    for flavour in library.NAMES:
        yield _look(flavour, partial(_tensorrt, flavour))
    yield _look('onnxruntime', partial(_version, 'onnxruntime'))
    yield _look('engine cache', _cache)
    yield _look('ROS 2', _ros)


def advice(what: str) -> str:
    """Return how to get something on this kind of machine."""
    on_jetson, elsewhere = ADVICE.get(what, ('', ''))
    return on_jetson if JETSON.exists() else elsewhere


class _Missing(EngineError):
    """Something is not installed."""


def _look(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(what, 'works', check())
    except _Missing as error:
        return Finding(what, 'missing', str(error), advice(what))
    except EngineError as error:
        return Finding(what, 'fails', str(error).split(';')[0], advice(what))


def _require(module: str) -> None:
    if find_spec(module.split('.')[0]) is None:
        raise _Missing('not installed')


def _driver() -> str:
    require_gpu()
    return 'sees a GPU'


def _gpu() -> str:
    require_gpu()
    cudart = cuda.load()
    device = cuda.Device.find(cudart)
    free, total = (size // cuda.MEBIBYTE for size in cuda.memory(cudart))
    known = f'{device.driver // 1000}.{device.driver % 1000 // 10}'
    capability = '.'.join(map(str, device.capability))
    return (
        f'{device.name}, compute capability {capability}, {free} of {total} MiB free, its driver '
        f'knows CUDA {known}'
    )


def _tensorrt(flavour: str) -> str:
    _require(flavour)
    return str(library.load(flavour).__version__)


def _version(package: str) -> str:
    _require(package)
    try:
        return str(importlib.import_module(package).__version__)
    except Exception as cause:
        raise EngineError(f'cannot be imported: {one_line(cause)}') from cause


def _cache() -> str:
    cache = EngineCache()
    cache.require_writable()
    engines = list(cache.folder.glob('*.engine'))
    size = sum(path.stat().st_size for path in engines) // cuda.MEBIBYTE
    return f'{cache.folder}: {len(engines)} engines, {size} MiB'


def _ros() -> str:
    _require('rclpy')
    return 'rclpy is here'
