# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Records of frames: written as they come, cut off where a stopped run went too far."""

from dataclasses import replace

import numpy as np

from accel_ros.replay.records import Record, RecordFile, read_columns

RECORD = Record(
    number=0, stamp_ns=1_700_000_000_123_456_789, arrival_ns=7, kind='key', reason='first',
    frames_since_keyframe=0, drift=None, decode_ms=0.1, convert_ms=0.2, infer_ms=0.3,
    total_ms=0.6, accuracy=0.25, agreement=None, consistency=None,
)  # fmt: skip


def test_what_is_written_is_read(tmp_path):
    file = RecordFile(tmp_path / 'frames.csv', 0)
    file.add(RECORD)
    file.add(replace(RECORD, number=1, kind='update', reason='', drift=0.5, agreement=0.9999995))
    file.flush()
    file.close()
    columns = read_columns(tmp_path / 'frames.csv')
    assert columns.number.tolist() == [0, 1] and columns.key.tolist() == [True, False]
    assert columns.stamp_ns[0] == RECORD.stamp_ns
    assert np.isnan(columns.drift[0]) and columns.drift[1] == 0.5
    assert columns.agreement[1] < 1.0, 'one pixel of two million is not none'
    assert list(columns.reason) == ['first', '']


def test_a_stopped_run_is_cut_back(tmp_path):
    path = tmp_path / 'frames.csv'
    file = RecordFile(path, 0)
    file.add(RECORD)
    size = file.flush()
    file.add(replace(RECORD, number=1))
    file.close()
    again = RecordFile(path, size)
    again.add(replace(RECORD, number=5))
    again.close()
    assert read_columns(path).number.tolist() == [0, 5]
