# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import sys

import pytest

from accel_ros.engines.tensorrt.build import BuildOptions
from accel_ros.engines.tensorrt.here import Here, elsewhere, workspace
from accel_ros.engines.tensorrt.key import Target
from accel_ros.errors import EngineError


def test_an_engine_of_tensorrt_belongs_to_the_card_and_the_driver(gpu):
    here = Here.find('tensorrt')
    assert here.target == Target('tensorrt', '10.3.0', 'Simulated GPU', '8.7', 12)
    assert here.options == BuildOptions()


def test_an_engine_of_tensorrt_for_rtx_belongs_to_the_architecture(gpu, monkeypatch):
    from support.simulator.tensorrt import make_tensorrt

    module = make_tensorrt(gpu, '1.7.1', 'tensorrt_rtx')
    monkeypatch.setitem(sys.modules, 'tensorrt_rtx', module)
    here = Here.find('tensorrt_rtx')
    assert here.options == BuildOptions(compute_capability='SM87')
    assert here.target == Target('tensorrt_rtx', '1.7.1', 'any', '8.7', 0)
    assert elsewhere('tensorrt_rtx', 'sm87') == (here.target, here.options), 'built elsewhere'
    assert elsewhere('tensorrt_rtx', 'SM120')[0].compute_capability == '12.0'


def test_a_tensorrt_that_is_too_old_says_so(gpu, monkeypatch):
    from support.simulator.tensorrt import make_tensorrt

    monkeypatch.setitem(sys.modules, 'tensorrt', make_tensorrt(gpu, '8.6.1'))
    with pytest.raises(EngineError, match='TensorRT 8.6.1 cannot be used: it is older than 10.3'):
        Here.find('tensorrt')


@pytest.mark.parametrize('name', ['', 'SM', '9', 'SMx1', 'Orin'])
def test_a_name_that_is_no_architecture_is_refused(name):
    with pytest.raises(EngineError, match='use a name such as SM86'):
        elsewhere('tensorrt_rtx', name)


def test_the_limit_of_scratch_memory_comes_from_the_environment(gpu, monkeypatch):
    monkeypatch.delenv('ACCEL_TENSORRT_WORKSPACE_MIB', raising=False)
    assert workspace() is None
    monkeypatch.setenv('ACCEL_TENSORRT_WORKSPACE_MIB', '512')
    assert Here.find('tensorrt').options == BuildOptions(workspace_mib=512)
    for text in ('0', '-1', 'all', '1.5'):
        monkeypatch.setenv('ACCEL_TENSORRT_WORKSPACE_MIB', text)
        with pytest.raises(EngineError, match='has to be a number of MiB, 1 or more'):
            workspace()
