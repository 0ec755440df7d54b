# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import sys

import pytest

from accel_ros.engines import open_engine
from accel_ros.errors import EngineError


def test_auto_says_what_it_took_and_why(bundle):
    engine = open_engine(bundle)
    assert engine.name == 'onnxruntime'
    assert 'onnxruntime' in engine.description and 'the only backend' in engine.description


def test_what_was_asked_for_is_taken(bundle):
    assert 'as asked for' in open_engine(bundle, 'onnxruntime').description


def test_tensorrt_is_refused(bundle):
    with pytest.raises(EngineError, match='tensorrt is not part of this release; use auto'):
        open_engine(bundle, 'tensorrt')


def test_an_unknown_backend_is_refused_with_the_known_ones(bundle):
    with pytest.raises(EngineError, match="'openvino' is unknown; use one of auto, onnxruntime"):
        open_engine(bundle, 'openvino')


def test_a_missing_onnxruntime_says_how_to_install_it(bundle, monkeypatch):
    monkeypatch.setitem(sys.modules, 'onnxruntime', None)
    with pytest.raises(EngineError, match='pip install onnxruntime'):
        open_engine(bundle)
