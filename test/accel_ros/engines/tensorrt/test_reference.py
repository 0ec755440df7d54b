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
    """A stream that has processed a keyframe, and the same by hand."""
    stream, by_hand = engine.open_stream(), Arithmetic()
    stream.keyframe(clip[0]), by_hand.keyframe(clip[0])
    return stream, by_hand


def begin(image, *streams):
    """Let an update begin a keyframe; the answers of all have to be the same."""
    answers = [stream.update(image, begin_keyframe=True) for stream in streams]
    labels = [getattr(answer, 'labels', answer) for answer in answers]
    assert all(np.array_equal(labels[0], other) for other in labels)


@pytest.mark.parametrize('delay', [0, 1, 2, 5])
@pytest.mark.parametrize('finished', [False, True])
def test_it_lands_carried_up_to_now(both, gpu, clip, delay, finished):
    stream, by_hand = both
    for _ in range(3):
        begin(clip[1], stream, by_hand)
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
    begin(clip[1], stream)
    stream.update(clip[2])
    assert not stream.keyframe_ready(), 'an update does not wait for it'
    gpu.work()
    assert stream.keyframe_ready()
    stream.land()
    assert not stream.keyframe_ready()


def test_nothing_of_it_crosses_to_the_host_and_flows_are_kept_only_while_it_runs(both, gpu, clip):
    stream, _ = both
    begin(clip[1], stream)
    stream.land()
    cells = HEIGHT // 4 * WIDTH // 4 * 4
    gpu.copied.clear()
    stream.update(clip[1])
    an_update = dict(gpu.copied)
    gpu.copied.clear()
    begin(clip[1], stream)
    gpu.work()
    assert gpu.copied == {**an_update, 'device to device': HEIGHT * WIDTH * 3}
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


def test_its_stream_gives_way_and_has_a_recording(both, clip, gpu):
    stream, _ = both
    begin(clip[1], stream)
    reference = stream._reference
    ours, its = (gpu.objects[one.handle].priority for one in (stream._cuda, reference._stream))
    assert ours < its, 'lower numbers go first'
    assert reference._step.is_recorded


def test_a_hundred_of_them_take_no_more_memory(both, gpu, clip):
    stream, _ = both

    def fly():
        begin(clip[1], stream)
        for image in clip[:4]:
            stream.update(image)
        stream.land()

    fly()
    live, used = dict(gpu.live), gpu.used
    for _ in range(100):
        fly()
    assert (dict(gpu.live), gpu.used) == (live, used)


@pytest.mark.parametrize('how', ['abandon', 'reset', 'keyframe', 'close', 'another'])
def test_one_that_is_given_up_never_lands(both, gpu, clip, how):
    stream, _ = both
    begin(clip[1], stream)
    if how == 'another':
        begin(clip[2], stream)
        stream.abandon()
    else:
        getattr(stream, how)(*([clip[2]] if how == 'keyframe' else []))
    with pytest.raises(StateError, match='no keyframe under way'):
        stream.land()


def test_one_that_is_given_up_is_not_waited_for(both, gpu, clip):
    stream, by_hand = both
    begin(clip[1], stream, by_hand)
    done = stream._reference._done
    stream.abandon()
    stream.keyframe(clip[2]), by_hand.keyframe(clip[2])
    assert not done.passed()
    begin(clip[3], stream, by_hand)
    assert np.array_equal(stream.update(clip[4]).labels, by_hand.update(clip[4]))
    stream.land(), by_hand.land()
    assert np.array_equal(stream.update(clip[5]).labels, by_hand.update(clip[5]))


@pytest.mark.parametrize(
    'call, outcome',
    [
        ('execute_async_v3', (False, 'no luck')),
        ('create_execution_context', (None, '')),
        ('cudaMalloc', Error.cudaErrorMemoryAllocation),
        ('cudaEventCreateWithFlags', Error.cudaErrorUnknown),
    ],
)
def test_where_none_can_be_begun_the_stream_starts_again(both, gpu, clip, call, outcome):
    stream, by_hand = both
    gpu.fault(call, outcome)
    with pytest.raises(EngineError):
        begin(clip[1], stream)
    assert not stream.keyframe_ready()
    stream.reset()
    stream.keyframe(clip[2]), by_hand.keyframe(clip[2])
    begin(clip[3], stream, by_hand)
    stream.land(), by_hand.land()
    assert np.array_equal(stream.update(clip[4]).labels, by_hand.update(clip[4]))


@pytest.mark.parametrize(
    'call, outcome',
    [
        ('execute_async_v3', (False, 'no luck')),
        ('cudaStreamSynchronize', Error.cudaErrorLaunchFailure),
        ('cudaMemcpyAsync', Error.cudaErrorInvalidValue),
    ],
)
def test_one_that_fails_leaves_the_old_state_in_force(both, gpu, clip, call, outcome):
    stream, by_hand = both
    begin(clip[1], stream, by_hand)
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
        begin(clip[3], stream, other)
    for image in clip[4:6]:
        for stream, other in zip(streams, by_hand):
            stream.update(image), other.update(image)
    for stream, other in zip(streams, by_hand):
        stream.land(), other.land()
        assert np.array_equal(stream.update(clip[7]).labels, other.update(clip[7]))
