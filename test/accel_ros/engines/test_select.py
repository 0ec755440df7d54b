# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import sys

import pytest

from accel_ros.engines import open_engine, select
from accel_ros.engines.tensorrt.build import BuildCancelled
from accel_ros.errors import EngineError

TENSORRTS = ['tensorrt', 'tensorrt_rtx']


@pytest.fixture
def installed(monkeypatch):
    """Say which flavours of TensorRT are installed, and what becomes of opening them."""

    def install(**outcomes):
        monkeypatch.setattr(select, 'find_spec', lambda name: outcomes.get(name))

        def open_tensorrt(bundle, flavour, watch, why):
            if isinstance(outcomes[flavour], Exception):
                raise outcomes[flavour]
            return flavour, why

        monkeypatch.setattr(select, '_tensorrt', open_tensorrt)

    return install


def test_auto_says_what_it_took_and_why_nothing_better(bundle, installed):
    installed()
    engine = open_engine(bundle)
    assert engine.name == 'onnxruntime'
    assert 'CPU threads (the best that works here; TensorRT: not installed; ' in engine.description
    assert 'onnxruntime with CUDA: this onnxruntime has no CUDA provider)' in engine.description


def test_auto_takes_the_best_that_works(bundle, installed):
    installed(tensorrt='here', tensorrt_rtx='here')
    assert open_engine(bundle) == ('tensorrt', 'the best that works here')
    installed(tensorrt=EngineError('it is too old; update it'), tensorrt_rtx='here')
    expected = 'the best that works here; TensorRT: it is too old'
    assert open_engine(bundle) == ('tensorrt_rtx', expected)


def test_auto_does_not_go_on_to_the_next_when_it_is_called_off(bundle, installed):
    installed(tensorrt=BuildCancelled('building was cancelled'))
    with pytest.raises(BuildCancelled):
        open_engine(bundle)


@pytest.mark.parametrize('flavour', TENSORRTS)
def test_tensorrt_is_whichever_is_installed(bundle, installed, flavour):
    installed(**{flavour: 'here'})
    assert open_engine(bundle, 'tensorrt') == (flavour, 'as asked for')


def test_tensorrt_does_not_fall_back_to_something_else(bundle, installed):
    installed(tensorrt=EngineError('the NVIDIA driver sees no GPU'))
    with pytest.raises(EngineError, match='sees no GPU'):
        open_engine(bundle, 'tensorrt')


def test_a_missing_tensorrt_says_where_help_is(bundle, installed):
    installed()
    with pytest.raises(EngineError, match='neither tensorrt nor tensorrt_rtx is installed; accel'):
        open_engine(bundle, 'tensorrt')


def test_without_a_driver_tensorrt_is_not_even_imported(bundle, monkeypatch):
    monkeypatch.setitem(sys.modules, 'tensorrt', None)
    monkeypatch.setattr(select, 'find_spec', lambda name: name == 'tensorrt' or None)
    from accel_ros.engines.tensorrt import here

    def no_gpu():
        raise EngineError('there is no NVIDIA driver; install it')

    monkeypatch.setattr(here, 'require_gpu', no_gpu)
    assert 'TensorRT: there is no NVIDIA driver' in open_engine(bundle).description


def test_what_was_asked_for_is_taken(bundle):
    assert 'as asked for' in open_engine(bundle, 'onnxruntime').description


@pytest.mark.filterwarnings('ignore:Specified provider')
def test_a_cuda_provider_that_falls_back_silently_is_found_out(bundle, monkeypatch):
    import onnxruntime

    providers = ['CUDAExecutionProvider', 'CPUExecutionProvider']
    monkeypatch.setattr(onnxruntime, 'get_available_providers', lambda: providers)
    description = open_engine(bundle, 'onnxruntime').description
    assert 'on a GPU' not in description and 'cannot use CUDA here' in description


def test_an_unknown_backend_is_refused_with_the_known_ones(bundle):
    with pytest.raises(EngineError, match="'openvino' is unknown; use one of auto, onnxruntime"):
        open_engine(bundle, 'openvino')


def test_a_missing_onnxruntime_says_how_to_install_it(bundle, monkeypatch):
    monkeypatch.setitem(sys.modules, 'onnxruntime', None)
    with pytest.raises(EngineError, match='pip install onnxruntime'):
        open_engine(bundle)
