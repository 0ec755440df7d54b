# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The TensorRT backend's code on a simulated GPU that carries data."""

import threading

import numpy as np
import pytest
from support.bundles import HEIGHT, WIDTH, Arithmetic, write_bundle

from accel_ros.bundle import Bundle
from accel_ros.errors import EngineError, StateError

cudart = pytest.importorskip('cuda.bindings.runtime', reason='needs cuda-python')

IMAGE_BYTES = HEIGHT * WIDTH * 3
ANSWER_BYTES = 2 * HEIGHT * WIDTH
DRIFT_BYTES = 4


@pytest.fixture
def engine(open_here, bundle):
    return open_here(bundle)


def test_answers_are_those_of_onnxruntime_and_of_arithmetic(engine, clip):
    stream, by_hand = engine.open_stream(), Arithmetic()
    assert stream.is_recorded
    for index, image in enumerate(clip * 3):
        key = index in (0, 3, 8, 9, 10, 17)
        result = stream.keyframe(image) if key else stream.update(image)
        expected = by_hand.keyframe(image) if key else by_hand.update(image)
        assert np.array_equal(result.labels, expected)
        assert np.array_equal(result.confidence, image[..., 1])
        assert result.labels.dtype == result.confidence.dtype == np.uint8
        assert result.drift == (None if key else pytest.approx(by_hand.drift))


def test_only_the_image_goes_up_and_only_the_answers_come_down(engine, gpu, clip):
    stream = engine.open_stream()
    gpu.copied.clear()
    stream.keyframe(clip[0])
    assert gpu.copied == {'host to device': IMAGE_BYTES, 'device to host': ANSWER_BYTES}
    gpu.copied.clear()
    stream.update(clip[1])
    assert gpu.copied == {
        'host to device': IMAGE_BYTES,
        'device to host': ANSWER_BYTES + DRIFT_BYTES,
    }


def test_a_frame_is_one_launch_and_one_wait(engine, gpu, clip):
    stream = engine.open_stream()
    stream.keyframe(clip[0])
    gpu.calls.clear()
    stream.update(clip[1])
    assert gpu.calls == {'cudaGraphLaunch': 1, 'cudaStreamSynchronize': 1, 'kernel': 1}


def test_a_thousand_frames_take_no_more_memory(engine, gpu, clip):
    stream, by_hand = engine.open_stream(), Arithmetic()
    stream.keyframe(clip[0]), by_hand.keyframe(clip[0])
    live, used = dict(gpu.live), gpu.used
    for number in range(1000):
        image = clip[number % len(clip)]
        result = (stream.update if number % 10 else stream.keyframe)(image)
        expected = (by_hand.update if number % 10 else by_hand.keyframe)(image)
    assert np.array_equal(result.labels, expected)
    assert (dict(gpu.live), gpu.used) == (live, used)


def test_answers_stay_valid_after_later_runs(engine, clip):
    stream, by_hand = engine.open_stream(), Arithmetic()
    first = stream.keyframe(clip[0])
    for image in clip[1:]:
        stream.update(image)
    assert np.array_equal(first.labels, by_hand.keyframe(clip[0]))


def test_cameras_share_weights_and_nothing_else(engine, gpu, clip):
    answers = {}

    def work(camera):
        stream = engine.open_stream()
        images = clip[camera:] + clip[:camera]
        answers[camera] = [stream.keyframe(images[0]).labels]
        answers[camera] += [stream.update(image).labels for image in images[1:] * 5]

    threads = [threading.Thread(target=work, args=(camera,)) for camera in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for camera in range(4):
        by_hand, images = Arithmetic(), clip[camera:] + clip[:camera]
        expected = [by_hand.keyframe(images[0])]
        expected += [by_hand.update(image) for image in images[1:] * 5]
        assert all(np.array_equal(a, b) for a, b in zip(answers[camera], expected, strict=True))
    assert gpu.live['engine'] == 3, 'one of each graph'


def test_reset_forgets_the_state(engine, clip):
    stream = engine.open_stream()
    with pytest.raises(StateError, match='process a keyframe first'):
        stream.update(clip[0])
    stream.keyframe(clip[0])
    stream.reset()
    with pytest.raises(StateError):
        stream.update(clip[1])


def test_variant_dff_has_no_drift(open_here, tmp_path, clip):
    stream = open_here(Bundle.open(write_bundle(tmp_path / 'dff', 'dff'))).open_stream()
    by_hand = Arithmetic()
    stream.keyframe(clip[0]), by_hand.keyframe(clip[0])
    result = stream.update(clip[1])
    assert result.drift is None
    assert np.array_equal(result.labels, by_hand.update(clip[1]))


def test_variant_frame_has_only_keyframes(open_here, tmp_path, clip):
    stream = open_here(Bundle.open(write_bundle(tmp_path / 'frame', 'frame'))).open_stream()
    assert np.array_equal(stream.keyframe(clip[0]).labels, clip[0][..., 0] // 24)
    with pytest.raises(StateError):
        stream.update(clip[1])


@pytest.mark.parametrize(
    'image',
    [
        np.zeros((HEIGHT, WIDTH + 1, 3), np.uint8),
        np.zeros((HEIGHT, WIDTH), np.uint8),
        np.zeros((HEIGHT, WIDTH, 3), np.float32),
    ],
)
def test_an_image_that_does_not_fit_is_an_engine_error_of_one_line(engine, image):
    with pytest.raises(EngineError, match='keyframe failed in TensorRT: the image is') as caught:
        engine.open_stream().keyframe(image)
    assert '\n' not in str(caught.value)


def test_what_is_closed_says_so_and_closes_once_more(engine, gpu, clip):
    stream, other = engine.open_stream(), engine.open_stream()
    stream.close()
    with pytest.raises(EngineError, match='keyframe cannot run: the engine or the stream is clos'):
        stream.keyframe(clip[0])
    engine.close()
    with pytest.raises(EngineError, match='closed'):
        other.keyframe(clip[0])
    with pytest.raises(EngineError, match='closed'):
        engine.open_stream()
    stream.close()
    engine.close()
    assert gpu.leaks() == {}


def test_closing_says_how_much_memory_came_back(open_here, bundle, caplog):
    engine = open_here(bundle)
    engine.open_stream()
    with caplog.at_level('INFO'):
        engine.close()
    assert 'gave 2 MiB of GPU memory back; 0 MiB are less than before it began' in caplog.text


def test_a_gpu_that_answers_no_longer_can_be_closed_all_the_same(open_here, gpu, bundle, caplog):
    engine = open_here(bundle)
    engine.open_stream()
    gpu.fault('cudaMemGetInfo', cudart.cudaError_t.cudaErrorLaunchFailure)
    gpu.fault('cudaStreamSynchronize', cudart.cudaError_t.cudaErrorLaunchFailure)
    engine.close()
    assert 'closing a camera: CUDA could not finish its work' in caplog.text
