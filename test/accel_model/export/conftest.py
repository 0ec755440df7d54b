# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures for exports."""

from __future__ import annotations

import pytest
from support.exports import Exports


@pytest.fixture(scope='session')
def exports(tmp_path_factory: pytest.TempPathFactory) -> Exports:
    """Every variant as a bundle in fp32."""
    return Exports(tmp_path_factory.mktemp('exports'))
