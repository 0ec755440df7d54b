# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
from accel_ros.errors import AccelError, one_line


def test_an_error_is_one_line_whatever_it_quotes():
    assert str(AccelError('cannot load x:\n  [ONNX]\n\tbad node; export again')) == (
        'cannot load x: [ONNX] bad node; export again'
    )


def test_a_cause_without_words_gives_its_type():
    assert one_line(KeyError()) == 'KeyError'
    assert one_line(ValueError('a\n b')) == 'a b'
