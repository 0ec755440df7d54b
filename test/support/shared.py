# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Where the recordings and data sets lie that are too big, or not ours, for the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def shared_dir(*parts: str) -> Path:
    """Return the folder of recordings, or `parts` below it; skip the test where it is missing.

    The folder is $ACCEL_SHARED, else `shared` beside the repository.
    """
    root = Path(os.environ.get('ACCEL_SHARED') or REPOSITORY.parent / 'shared')
    path = root.joinpath(*parts)
    if not path.exists():
        pytest.skip(f'needs {path}, which is not here (set ACCEL_SHARED to its folder)')
    return path
