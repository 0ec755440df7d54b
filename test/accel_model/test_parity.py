# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The networks compute what the original computes: 1e-5 of the largest value, same labels."""

from __future__ import annotations

import pytest
from support.golden import COMPACT, full_recordings

from benchmarks.inference_parity import TOLERANCE, Parity, compare_folder


def assert_equal(rows: list[Parity]) -> None:
    far = [row for row in rows if not row.difference <= TOLERANCE or row.unequal]
    assert not far


def test_the_recordings_in_the_repository() -> None:
    rows = list(compare_folder(COMPACT))
    layers = {(row.recording, row.layer) for row in rows}
    assert {
        ('ops_s7', 'warp_out'),
        ('ops_s7', 'dcn_out'),
        ('key_w16_64x128_s7', 'res5a_branch2b_output'),
        ('key_w16_137x259_s7', 'croped_score_output_argmax'),
        ('flownet_w16_64x128_s7', 'flow_x2p5'),
        ('flownet_w16_137x259_s7', 'flow_x2p5'),
        ('accel18_w16_64x128_s7', '18_feat_upsampling_output'),
        ('accel18_w16_137x259_s7', 'correction_output_argmax'),
        ('clip18_w16_64x128_s7', 'logits_4_argmax'),
    } <= layers
    assert_equal(rows)


@pytest.mark.parametrize('version', ['18', '34', '50', '101'])
def test_the_full_recordings(version: str, tmp_path) -> None:
    golden = full_recordings()
    wanted = [f'accel{version}_*', f'clip{version}_*', f'accel-{version}_*']
    if version == '18':
        wanted += ['key_*', 'flownet_*', 'ops_*']
    for pattern in wanted:
        for path in golden.glob(pattern):
            (tmp_path / path.name).symlink_to(path)
    rows = list(compare_folder(tmp_path))
    assert len(rows) >= 10
    assert_equal(rows)
