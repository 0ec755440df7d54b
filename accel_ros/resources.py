# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Where the package's own files are: the source tree, a ROS installation or a pip installation."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path


def find(relative: str) -> Path | None:
    """Return the first existing place of a file or folder such as `config/classes/camvid.yaml`."""
    for root in _roots():
        if (root / relative).exists():
            return root / relative
    return None


def _roots() -> Iterator[Path]:
    """Yield the folders that may hold `config/` and `models/`, the nearest first."""
    yield Path(__file__).resolve().parents[1]
    prefixes = [Path(p) for p in os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep) if p]
    prefixes += Path(__file__).absolute().parents
    prefixes.append(Path(sys.prefix))
    for prefix in prefixes:
        yield prefix / 'share' / 'accel_ros'
