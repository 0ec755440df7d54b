# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Keyframes beside the updates, on a simulated GPU."""

import numpy as np
import pytest
from support.bundles import HEIGHT, WIDTH, Arithmetic

from accel_ros.errors import EngineError, StateError

cudart = pytest.importorskip('cuda.bindings.runtime', reason='needs cuda-python')
Error = cudart.cudaError_t


@pytest.fixture
def engine(open_here, bundle):
    return open_here(bundle)


@pytest.fixture
def both(engine, clip):
    """A stream that has processed a keyframe and an update, and the same by hand."""
    stream, by_hand = engine.open_stream(), Arithmetic()
    stream.keyframe(clip[0]), by_hand.keyframe(clip[0])
    stream.update(clip[1]), by_hand.update(clip[1])
    return stream, by_hand


@pytest.mark.parametrize('delay', [0, 1, 2, 5])
@pytest.mark.parametrize('finished', [False, True])
def test_it_lands_carried_up_to_now(both, gpu, clip, delay, finished):
    stream, by_hand = both
    for _ in range(3):
        stream.begin_keyframe(), by_hand.begin()
        for image in clip[2 : 2 + delay]:
            assert np.array_equal(stream.update(image).labels, by_hand.update(image))
        if finished:
            gpu.work()
        stream.land(), by_hand.land()
        for image in clip[2:]:
            assert np.array_equal(stream.update(image).labels, by_hand.update(image))


def test_it_says_when_it_has_finished(both, gpu, clip):
    stream, _ = both
    assert not stream.keyframe_ready()
    stream.begin_keyframe()
    stream.update(clip[2])
    assert not stream.keyframe_ready(), 'an update does not wait for it'
    gpu.work()
    assert stream.keyframe_ready()
    stream.land()
    assert not stream.keyframe_ready()


def test_nothing_of_it_crosses_to_the_host_and_flows_are_kept_only_while_it_runs(both, gpu, clip):
    stream, _ = both
    stream.begin_keyframe()
    stream.land()
    cells = HEIGHT // 4 * WIDTH // 4 * 4
    gpu.copied.clear()
    stream.begin_keyframe()
    gpu.work()
    assert gpu.copied == {'device to device': HEIGHT * WIDTH * 3}
    gpu.copied.clear()
    stream.update(clip[2])
    stream._cuda.wait()
    assert gpu.copied['device to device'] == 2 * cells
    gpu.copied.clear()
    stream.land()
    assert gpu.copied == {'device to device': cells}
    gpu.copied.clear()
    stream.update(clip[3])
    stream._cuda.wait()
    assert 'device to device' not in gpu.copied


def test_its_stream_gives_way_and_has_a_recording(both, gpu):
    stream, _ = both
    stream.begin_keyframe()
    reference = stream._reference
    ours, its = (gpu.objects[one.handle].priority for one in (stream._cuda, reference._stream))
    assert ours < its, 'lower numbers go first'
    assert reference._step.is_recorded


def test_a_hundred_of_them_take_no_more_memory(both, gpu, clip):
    stream, _ = both

    def fly():
        stream.begin_keyframe()
        for image in clip[:4]:
            stream.update(image)
        stream.land()

    fly()
    live, used = dict(gpu.live), gpu.used
    for _ in range(100):
        fly()
    assert (dict(gpu.live), gpu.used) == (live, used)


@pytest.mark.parametrize('how', ['abandon', 'reset', 'keyframe', 'close', 'begin_keyframe'])
def test_one_that_is_given_up_never_lands(both, gpu, clip, how):
    stream, _ = both
    stream.begin_keyframe()
    getattr(stream, how)(*([clip[2]] if how == 'keyframe' else []))
    if how == 'begin_keyframe':
        stream.abandon()
    with pytest.raises(StateError, match='no keyframe under way'):
        stream.land()


def test_one_that_is_given_up_is_not_waited_for(both, gpu, clip):
    stream, by_hand = both
    stream.begin_keyframe()
    done = stream._reference._done
    stream.abandon()
    stream.keyframe(clip[2]), by_hand.keyframe(clip[2])
    assert not done.passed()
    stream.begin_keyframe(), by_hand.begin()
    assert np.array_equal(stream.update(clip[3]).labels, by_hand.update(clip[3]))
    stream.land(), by_hand.land()
    assert np.array_equal(stream.update(clip[4]).labels, by_hand.update(clip[4]))


@pytest.mark.parametrize(
    'call, outcome, when',
    [
        ('execute_async_v3', (False, 'no luck'), 'begin'),
        ('create_execution_context', (None, ''), 'begin'),
        ('cudaMalloc', Error.cudaErrorMemoryAllocation, 'begin'),
        ('cudaEventCreateWithFlags', Error.cudaErrorUnknown, 'begin'),
        ('execute_async_v3', (False, 'no luck'), 'land'),
        ('cudaStreamSynchronize', Error.cudaErrorLaunchFailure, 'land'),
        ('cudaMemcpyAsync', Error.cudaErrorInvalidValue, 'land'),
    ],
)
def test_one_that_fails_leaves_the_old_state_in_force(both, gpu, clip, call, outcome, when):
    stream, by_hand = both
    if when == 'begin':
        gpu.fault(call, outcome)
        with pytest.raises(EngineError):
            stream.begin_keyframe()
    else:
        stream.begin_keyframe()
        assert np.array_equal(stream.update(clip[2]).labels, by_hand.update(clip[2]))
        gpu.fault(call, outcome)
        with pytest.raises(EngineError, match='keyframe beside the updates failed in TensorRT'):
            stream.land()
    assert not stream.keyframe_ready()
    for image in clip[3:]:
        assert np.array_equal(stream.update(image).labels, by_hand.update(image))


def test_cameras_have_each_their_own(engine, clip):
    streams, by_hand = [engine.open_stream() for _ in range(3)], [Arithmetic() for _ in range(3)]
    for stream, other, image in zip(streams, by_hand, clip):
        stream.keyframe(image), other.keyframe(image)
        stream.begin_keyframe(), other.begin()
    for image in clip[3:6]:
        for stream, other in zip(streams, by_hand):
            stream.update(image), other.update(image)
    for stream, other in zip(streams, by_hand):
        stream.land(), other.land()
        assert np.array_equal(stream.update(clip[7]).labels, other.update(clip[7]))


def test_a_keyframe_cannot_be_begun_without_an_image(engine):
    with pytest.raises(StateError, match='process a keyframe first'):
        engine.open_stream().begin_keyframe()


def test_a_closed_engine_begins_no_keyframe(engine, both):
    stream, _ = both
    engine.close()
    with pytest.raises(EngineError, match='closed'):
        stream.begin_keyframe()
