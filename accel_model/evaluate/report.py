# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The JSON file of an evaluation; docs/evaluation.md describes it."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from accel_model.evaluate.result import Row
from accel_ros.processor import processor


def machine(device: torch.device) -> dict[str, Any]:
    """Say what times were measured on."""
    on_gpu = device.type == 'cuda'
    return {
        'name': platform.node(),
        'system': platform.platform(),
        'device': torch.cuda.get_device_name(device) if on_gpu else processor(),
        'torch': torch.__version__,
        'threads': torch.get_num_threads(),
    }


def write(path: Path, heading: dict[str, Any], rows: Sequence[Row]) -> None:
    """Write what was asked for and the rows so far, whole or not at all. Raises OSError."""
    partial = path.with_name(f'{path.name}.partial')
    content = {**heading, 'results': [asdict(row) for row in rows]}
    try:
        partial.write_text(json.dumps(content, indent=1) + '\n', encoding='utf-8')
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
