# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Networks with the weights of the original's recordings."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from support.shared import REPOSITORY, shared_dir

from accel_model.networks.accel import Accel
from benchmarks.inference_parity import load_network

COMPACT = REPOSITORY / 'test' / 'data' / 'golden'
PARAMS = COMPACT / 'accel-18_w16_64x128_s7-0000.params'


@cache
def accel18() -> Accel:
    """Accel-18 at a sixteenth of its widths; every upsampling kernel is different."""
    return load_network(COMPACT, '18', 's7')


def full_recordings() -> Path:
    """The folder of the full recordings, or the test is skipped."""
    return shared_dir('golden')
