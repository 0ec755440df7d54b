# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Every name of TensorRT and CUDA that we use, against the real bindings of each version."""

import inspect
import sysconfig
from pathlib import Path

import pytest
from support.api_names import uses
from support.bindings import Bindings, parse, read, read_folder
from support.simulator import tensorrt as simulated
from support.simulator.cudart import Cudart
from support.simulator.gpu import Gpu

from accel_ros.engines.tensorrt.plan import DTYPES
from accel_ros.engines.tensorrt.progress import Phases, monitor

TENSORRT = {
    '10.3': ('tensorrt-cu12-bindings', '10.3.0'),
    '10.13': ('tensorrt-cu12-bindings', '10.13.3.*'),
    '10.16': ('tensorrt-cu13-bindings', '10.16.1.*'),
    '11.0': ('tensorrt-cu13-bindings', '11.0.0.*'),
    '11.4': ('tensorrt-cu13-bindings', '11.4.0.*'),
}
# What only TensorRT for RTX has, and is asked for only there.
RTX_ONLY = {'IBuilderConfig.num_compute_capabilities', 'IBuilderConfig.set_compute_capability'}
INSTALLED = Path(sysconfig.get_path('platlib'))


@pytest.fixture(scope='module', params=[*TENSORRT, 'RTX'])
def tensorrt(request) -> Bindings:
    """TensorRT's bindings of one version."""
    if request.param == 'RTX':
        pytest.importorskip('tensorrt_rtx', reason='needs requirements/test.txt')
        return read_folder(INSTALLED, 'tensorrt_rtx', {})
    bindings = read(*TENSORRT[request.param], 'tensorrt_bindings')
    assert bindings.version.startswith(request.param)
    return bindings


@pytest.fixture(scope='module', params=['12.6', 'installed'])
def cudart(request) -> Bindings:
    """The runtime of cuda-python, of CUDA 12.6 (JetPack 6) or as installed."""
    if request.param == 'installed':
        pytest.importorskip('cuda.bindings.runtime', reason='needs requirements/test.txt')
        return read_folder(INSTALLED, 'cuda.bindings.runtime', {})
    return read('cuda-python', '12.6.2.post1', 'cuda.bindings.runtime')


def check(bindings: Bindings, name: str, call: tuple[int, frozenset] | None) -> str:
    """Return what is wrong with a use of a name, or nothing."""
    if name not in bindings.names:
        return f'{name} is not there'
    if call is not None and not bindings.accepts(name, *call):
        return f'{name} does not take {call}: {bindings.names[name]}'
    return ''


def complaints(bindings: Bindings, module: str, known: set[str]) -> list[str]:
    found = []
    for use in uses(module):
        if use.name in known:
            continue
        call = None if use.arguments is None else (use.arguments, use.keywords)
        if problem := check(bindings, use.name, call):
            found.append(f'{use.where}: {problem}')
    return found


def test_our_uses_of_tensorrt_are_in_every_version(tensorrt):
    known = set() if 'IBuilderConfig.set_compute_capability' in tensorrt.names else RTX_ONLY
    assert complaints(tensorrt, 'trt', known) == []


def test_the_types_that_we_tell_apart_have_these_names(tensorrt):
    assert {f'DataType.{name}' for name in DTYPES} <= set(tensorrt.names)


def test_our_uses_of_cuda_are_in_every_version(cudart):
    assert complaints(cudart, 'cudart', set()) == []


def test_our_callbacks_are_those_that_tensorrt_calls(tensorrt, monkeypatch):
    class Base:
        pass

    module = type('module', (), {'IProgressMonitor': Base})
    ours = monitor(module, Phases(lambda progress: None), lambda: False)
    for name in ('phase_start', 'phase_finish', 'step_complete'):
        [due] = [parse(t) for t in tensorrt.names[f'IProgressMonitor.{name}'] if parse(t)][:1]
        found = list(inspect.signature(getattr(ours, name)).parameters)
        assert found == [parameter for parameter, _ in due]
    [due] = [parse(text) for text in tensorrt.names['ILogger.log'] if parse(text)][:1]
    assert len(due) == 2


def members(thing) -> dict[str, inspect.Signature | None]:
    """The public members of a simulated class, and how those are called that can be."""
    return {
        name: inspect.signature(value) if inspect.isfunction(value) else None
        for name, value in vars(thing).items()
        if not name.startswith('_') and (inspect.isfunction(value) or isinstance(value, property))
    }


def test_the_simulated_tensorrt_has_only_what_is_real(tensorrt):
    for part in simulated.PARTS:
        assert part.__name__ in tensorrt.names
        for name, signature in members(part).items():
            real = f'{part.__name__}.{name}'
            count = None if signature is None else len(signature.parameters) - 1
            problem = check(tensorrt, real, None if count is None else (count, frozenset()))
            assert not problem
    severities = {f'ILogger.{name}' for name in ('INTERNAL_ERROR', 'ERROR', 'WARNING')}
    assert severities <= set(tensorrt.names)


def test_the_simulated_cuda_has_only_what_is_real(cudart):
    for name, value in vars(Cudart).items():
        if name.startswith('cuda'):
            real = inspect.unwrap(value)
            count = len(inspect.signature(real).parameters) - 1
            assert not check(cudart, name, (count, frozenset()))


def test_the_simulator_has_what_we_use():
    module = simulated.make_tensorrt(Gpu())
    for use in uses('trt'):
        name, *rest = use.name.split('.')
        if use.name not in RTX_ONLY and name not in ('ILogger', 'ParserError'):
            assert hasattr(module, name), use


def test_the_uses_are_found():
    names = {use.name for use in uses('trt')}
    for due in (
        'Builder.create_network',
        'IBuilderConfig.set_memory_pool_limit',
        'MemoryPoolType.WORKSPACE',
        'OnnxParser.parse_from_file',
        'ParserError.desc',
        'Runtime.deserialize_cuda_engine',
        'ICudaEngine.get_tensor_shape',
        'IExecutionContext.execute_async_v3',
    ):
        assert due in names
    names = {use.name for use in uses('cudart')}
    assert {'cudaMalloc', 'cudaGraphLaunch', 'cudaMemcpyKind.cudaMemcpyHostToDevice'} <= names
