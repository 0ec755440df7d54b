# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What an engine belongs to: with any of it changed, another engine is due."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any

from accel_ros.engines.tensorrt.build import BuildOptions
from accel_ros.engines.tensorrt.cuda import Device
from accel_ros.engines.tensorrt.library import flavour_of

# Raise it when the way engines are built changes; those of before are left alone then.
RECIPE = 1


@dataclass(frozen=True)
class Target:
    """What an engine is built for."""

    flavour: str
    version: str
    gpu: str
    compute_capability: str  # such as 8.7
    driver: int  # major version of the CUDA that the driver knows

    @classmethod
    def here(cls, trt: Any, device: Device) -> Target:
        """Return this machine as a target.

        An engine of TensorRT for RTX is made for a compute capability and completed where it
        runs: it belongs to neither card nor driver, so one may be built elsewhere.
        """
        capability = '.'.join(map(str, device.capability))
        if flavour_of(trt) == 'tensorrt_rtx':
            return cls.elsewhere(trt, capability)
        return cls('tensorrt', trt.__version__, device.name, capability, device.driver // 1000)

    @classmethod
    def elsewhere(cls, trt: Any, capability: str) -> Target:
        """Return any card of a compute capability, for TensorRT for RTX."""
        return cls('tensorrt_rtx', trt.__version__, 'any', capability, 0)


@dataclass(frozen=True)
class Key:
    """The full name of an engine."""

    graph: str  # keyframe, update, propagate
    onnx_sha256: str
    target: Target
    options: BuildOptions
    recipe: int = RECIPE

    def facts(self) -> dict[str, Any]:
        """Return everything that the key says, for a sidecar file."""
        return asdict(self)

    @property
    def stem(self) -> str:
        """Return a file name without its ending: what a person looks for, and a hash of it all."""
        text = json.dumps(self.facts(), sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        return f'{self.graph}-{self.target_stem}-{digest}'

    @property
    def target_stem(self) -> str:
        """Return the target as part of a file name."""
        it = self.target
        words = f'{it.flavour}-{it.version}-{it.gpu}-sm{it.compute_capability}'
        return re.sub(r'[^A-Za-z0-9.]+', '_', words)
