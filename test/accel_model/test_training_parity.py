# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A training step and five updates are those of the original."""

from __future__ import annotations

import pytest
from support.golden import COMPACT, full_recordings

from benchmarks.training_parity import TrainingParity, compare_folder


def assert_equal(rows: list[TrainingParity]) -> None:
    far = [row for row in rows if not row.difference <= row.tolerance]
    assert not far


def test_the_recordings_in_the_repository() -> None:
    rows = list(compare_folder(COMPACT))
    quantities = {row.quantity for row in rows}
    assert {
        'nll',
        'grad_corr_weight',
        'grad_flow_conv1_weight',
        'grad_18_conv0_weight',
        'aux_18_bn_data_moving_var',
        'aux_18_stage3_unit2_bn2_moving_mean',
        '18_w5',
        '18_b5',
    } <= quantities
    assert_equal(rows)


@pytest.mark.parametrize('version', ['18', '34', '50', '101'])
def test_the_full_recordings(version: str, tmp_path) -> None:
    golden = full_recordings()
    for pattern in (f'train{version}_*', f'accel-{version}_*', 'sgd_*'):
        for path in golden.glob(pattern):
            (tmp_path / path.name).symlink_to(path)
    rows = list(compare_folder(tmp_path))
    assert {'nll', 'grad_corr_bias', f'{version}_w5'} <= {row.quantity for row in rows}
    assert_equal(rows)
