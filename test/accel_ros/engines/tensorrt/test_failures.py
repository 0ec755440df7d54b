# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that TensorRT and CUDA can refuse, on a simulated GPU: one clear error each.

The fixture `gpu` looks afterwards whether anything was left on the GPU.
"""

import gc

import numpy as np
import pytest
from support.bundles import Arithmetic

from accel_ros.engines.tensorrt.build import OutOfMemory
from accel_ros.errors import EngineError

cudart = pytest.importorskip('cuda.bindings.runtime', reason='needs cuda-python')
Error = cudart.cudaError_t
NO_MEMORY = Error.cudaErrorMemoryAllocation
OOM = 'CUDA error: out of memory'


def one_line(caught):
    text = str(caught.value)
    assert '\n' not in text and text
    return text


@pytest.mark.parametrize(
    'call, outcome, kind, complaint',
    [
        (
            'build_serialized_network',
            (None, ''),
            EngineError,
            'cannot build keyframe.onnx: it giv',
        ),
        (
            'build_serialized_network',
            (None, 'Could not find any implementation for node conv1'),
            OutOfMemory,
            r'of GPU memory \(17 of 8192 MiB are free; workspace not limited\): .*WORKSPACE_MIB',
        ),
        ('build_serialized_network', (None, OOM), OutOfMemory, 'ran out of GPU memory'),
        (
            'build_serialized_network',
            (RuntimeError('factory function returned nullptr'), ''),
            EngineError,
            'factory function returned nullptr',
        ),
        (
            'Runtime',
            (TypeError('factory function returned nullptr'), ''),
            EngineError,
            'TensorRT could not make a Runtime: factory function returned nullptr',
        ),
        ('deserialize_cuda_engine', (None, ''), EngineError, 'not load the engine of keyframe'),
        ('deserialize_cuda_engine', (None, OOM), OutOfMemory, 'too little GPU memory to load'),
        (
            'get_tensor_shape',
            ((1, 2, 3), ''),
            EngineError,
            r'the engine of keyframe .* has .*\[1, 2, 3\].* export the bundle again',
        ),
        (
            'cudaMemGetInfo',
            Error.cudaErrorUnknown,
            EngineError,
            'ask for the free memory',
        ),
        ('cudaDriverGetVersion', Error.cudaErrorUnknown, EngineError, 'ask for the driver'),
        ('cudaDeviceGetAttribute', Error.cudaErrorUnknown, EngineError, 'ask for the GPU'),
    ],
)
def test_opening_an_engine_that_fails(open_here, gpu, bundle, call, outcome, kind, complaint):
    gpu.fault(call, outcome)
    with pytest.raises(kind, match=complaint) as caught:
        open_here(bundle)
    one_line(caught)


@pytest.mark.parametrize(
    'call, outcome, kind, complaint',
    [
        (
            'create_execution_context',
            (None, ''),
            EngineError,
            'not make a context for keyframe, a',
        ),
        ('create_execution_context', (None, OOM), OutOfMemory, 'to make a context for keyframe: '),
        ('set_tensor_address', (False, 'bad name'), EngineError, 'place image of keyframe: bad n'),
        ('execute_async_v3', (False, ''), EngineError, 'TensorRT could not run keyframe, and it'),
        ('cudaMalloc', NO_MEMORY, EngineError, 'allocate 18432 bytes on the GPU: .*close other'),
        ('cudaHostAlloc', NO_MEMORY, EngineError, 'lock 18432 bytes of host memory'),
        ('cudaStreamCreateWithPriority', Error.cudaErrorUnknown, EngineError, 'make a stream'),
        ('cudaMemcpyAsync', Error.cudaErrorInvalidValue, EngineError, 'copy 18432 bytes'),
        ('cudaStreamSynchronize', Error.cudaErrorUnknown, EngineError, 'finish its work'),
        ('kernel', 'fault', EngineError, 'CUDA could not finish its work: .*IllegalAddress'),
    ],
)
@pytest.mark.parametrize('after', [0, 2], ids=['at once', 'later'])
def test_opening_a_camera_that_fails_leaves_nothing(
    open_here, gpu, bundle, clip, call, outcome, kind, complaint, after
):
    engine = open_here(bundle)
    live, used = dict(gpu.live), gpu.used
    gpu.calls.clear()
    gpu.fault(call, outcome, after)
    with pytest.raises(kind) as caught:
        while True:  # a stream makes some of the calls only once
            engine.open_stream().close()
    one_line(caught)
    if not after:
        caught.match(complaint)
    del caught  # it holds on to what failed
    gc.collect()
    assert {k: n for k, n in gpu.live.items() if n} == {k: n for k, n in live.items() if n}
    assert gpu.used == used
    assert_works(engine.open_stream(), clip)


@pytest.mark.parametrize(
    'call, outcome, complaint',
    [
        ('cudaGraphLaunch', Error.cudaErrorUnknown, 'CUDA could not launch: cudaErrorUnknown'),
        ('cudaStreamSynchronize', Error.cudaErrorLaunchFailure, 'finish its work: .*LaunchFail'),
    ],
)
@pytest.mark.parametrize('kind', ['keyframe', 'update'])
def test_a_frame_that_fails_is_one_error_and_the_next_keyframe_starts_anew(
    open_here, gpu, bundle, clip, kind, call, outcome, complaint
):
    stream = open_here(bundle).open_stream()
    stream.keyframe(clip[0])
    gpu.fault(call, outcome)
    with pytest.raises(EngineError, match=f'{kind} failed in TensorRT: .*{complaint}.*keyfr') as c:
        getattr(stream, kind)(clip[1])
    one_line(c)
    stream.reset()
    assert_works(stream, clip)


@pytest.mark.parametrize(
    'call, outcome',
    [
        ('cudaStreamBeginCapture', Error.cudaErrorStreamCaptureUnsupported),
        ('cudaStreamEndCapture', Error.cudaErrorStreamCaptureInvalidated),
        ('cudaGraphInstantiate', NO_MEMORY),
        ('execute_async_v3', (False, 'this layer cannot be captured')),
    ],
)
def test_without_a_cuda_graph_the_answers_are_the_same_and_the_log_says_why(
    open_here, gpu, bundle, clip, caplog, call, outcome
):
    engine = open_here(bundle)
    gpu.calls.clear()
    gpu.fault(call, outcome, after=1 if call == 'execute_async_v3' else 0)
    stream = engine.open_stream()
    assert not stream.is_recorded
    [record] = caplog.records
    assert 'keyframe runs without a CUDA graph: ' in record.message
    assert_works(stream, clip)


def test_a_cached_engine_that_tensorrt_refuses_is_built_again(
    open_here, gpu, bundle, clip, caplog
):
    open_here(bundle).close()
    built = gpu.calls['build_serialized_network']
    open_here(bundle).close()
    assert gpu.calls['build_serialized_network'] == built == 3, 'the cache has them'
    gpu.fault('deserialize_cuda_engine', (None, 'made for another driver'))
    assert_works(open_here(bundle).open_stream(), clip)
    assert gpu.calls['build_serialized_network'] == 4
    assert 'keyframe: made for another driver; it is built again' in caplog.text


def test_a_build_hands_its_timings_on_and_damaged_ones_are_left_out(open_here, bundle, tmp_path):
    open_here(bundle)
    [timings] = (tmp_path / 'engines').glob('*.timings')
    assert timings.read_bytes() == b'measured;' * 3
    timings.write_bytes(b'damage')
    for engine in (tmp_path / 'engines').glob('*.engine'):
        engine.unlink()
    open_here(bundle)
    assert timings.read_bytes() == b'measured;' * 3


def assert_works(stream, clip):
    by_hand = Arithmetic()
    assert np.array_equal(stream.keyframe(clip[0]).labels, by_hand.keyframe(clip[0]))
    for image in clip[1:]:
        assert np.array_equal(stream.update(image).labels, by_hand.update(image))
