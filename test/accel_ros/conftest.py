# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures for the onboard part."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support.bundles import HEIGHT, WIDTH, write_bundle

from accel_ros.bundle import Bundle
from accel_ros.engines import Engine, open_engine


@pytest.fixture(scope='session')
def bundle_path(tmp_path_factory) -> Path:
    """The folder of the tiny bundle; tests do not write into it."""
    return write_bundle(tmp_path_factory.mktemp('bundles') / 'tiny')


@pytest.fixture(scope='session')
def bundle(bundle_path: Path) -> Bundle:
    """The tiny bundle."""
    return Bundle.open(bundle_path)


@pytest.fixture(scope='session')
def engine(bundle: Bundle) -> Iterator[Engine]:
    """The tiny bundle, ready to run."""
    engine = open_engine(bundle, threads=1)
    yield engine
    engine.close()


@pytest.fixture
def clip() -> list[np.ndarray]:
    """Eight different images u8 [HEIGHT, WIDTH, 3] (rgb)."""
    rng = np.random.default_rng(5)
    return list(rng.integers(0, 256, (8, HEIGHT, WIDTH, 3), dtype=np.uint8))
