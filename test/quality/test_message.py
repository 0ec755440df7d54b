# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The message that users' programs and plots rely on."""

import pytest

messages = pytest.importorskip('accel_ros.msg', reason='needs the built package (scripts/setup)')


def test_frame_timing_has_its_fields():
    assert messages.FrameTiming.get_fields_and_field_types() == {
        'header': 'std_msgs/Header',
        'kind': 'string',
        'keyframe_reason': 'string',
        'frames_since_keyframe': 'uint32',
        'keyframe_interval': 'uint32',
        'keyframe_landing': 'string',
        'drift': 'float',
        'change': 'float',
        'wait_ms': 'float',
        'convert_ms': 'float',
        'infer_ms': 'float',
        'publish_ms': 'float',
        'total_ms': 'float',
        'age_ms': 'float',
        'received': 'uint64',
        'processed': 'uint64',
        'dropped': 'uint64',
    }
    assert (messages.FrameTiming.KEY, messages.FrameTiming.UPDATE) == ('key', 'update')
