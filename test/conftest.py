# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures for every test."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.shared import REPOSITORY, shared_dir

__all__ = ['shared_dir']


@pytest.fixture
def repository() -> Path:
    """The folder of this checkout."""
    return REPOSITORY


@pytest.fixture
def shared() -> Path:
    """The folder of recordings and data sets; the test is skipped where it is missing."""
    return shared_dir()
