# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.bundles import CLASSES, HEIGHT, WIDTH, Arithmetic, write_bundle

from accel_ros.bundle import Bundle, TensorSpec, default_bundle, write_manifest
from accel_ros.engines.onnxruntime import GraphsOnGpu, OnnxRuntimeEngine
from accel_ros.engines.reference import MOST_NICE, NICENESS
from accel_ros.errors import BundleError, EngineError, StateError


def test_keyframes_and_updates_are_what_arithmetic_says(engine, clip):
    stream, by_hand = engine.open_stream(), Arithmetic()
    for index, image in enumerate(clip):
        key = index in (0, 3)
        result = stream.keyframe(image) if key else stream.update(image)
        expected = by_hand.keyframe(image) if key else by_hand.update(image)
        assert np.array_equal(result.labels, expected)
        assert np.array_equal(result.confidence, image[..., 1])
        assert result.labels.dtype == result.confidence.dtype == np.uint8
        assert result.drift == (None if key else pytest.approx(by_hand.drift))


def test_what_stays_on_a_gpu_gives_the_same_answers(bundle, clip, monkeypatch):
    """The binding of CUDA's provider, with the CPU in the GPU's place."""
    monkeypatch.setattr(GraphsOnGpu, 'provider', 'CPU')
    monkeypatch.setattr(GraphsOnGpu, 'device', 'cpu')
    engine = OnnxRuntimeEngine(bundle, threads=1, provider='CUDA')
    stream, by_hand = engine.open_stream(), Arithmetic()
    assert np.array_equal(stream.keyframe(clip[0]).labels, by_hand.keyframe(clip[0]))
    for number, image in enumerate(clip[1:4]):
        result = stream.update(image, begin_keyframe=number == 0)
        assert np.array_equal(result.labels, by_hand.update(image, begin_keyframe=number == 0))
        assert result.drift == pytest.approx(by_hand.drift)
    stream.land(), by_hand.land()
    assert np.array_equal(stream.update(clip[4]).labels, by_hand.update(clip[4]))
    with pytest.raises(EngineError, match='keyframe failed in onnxruntime'):
        stream.keyframe(np.zeros((HEIGHT, WIDTH + 1, 3), np.uint8))
    engine.close()


def test_without_a_gpu_an_image_cannot_be_copied_there(bundle, clip, monkeypatch):
    monkeypatch.setattr(GraphsOnGpu, 'provider', 'CPU')
    engine = OnnxRuntimeEngine(bundle, threads=1, provider='CUDA')
    with pytest.raises(EngineError, match='onnxruntime cannot copy an image to the GPU'):
        engine.open_stream().keyframe(clip[0])


def test_answers_stay_valid_after_later_runs(engine, clip):
    stream, by_hand = engine.open_stream(), Arithmetic()
    first = stream.keyframe(clip[0])
    for image in clip[1:]:
        stream.update(image)
    assert np.array_equal(first.labels, by_hand.keyframe(clip[0]))


def test_streams_do_not_share_their_memory(engine, clip):
    one, two = engine.open_stream(), engine.open_stream()
    one.keyframe(clip[0])
    with pytest.raises(StateError, match='process a keyframe first'):
        two.update(clip[1])
    two.keyframe(clip[2])
    by_hand = Arithmetic()
    by_hand.keyframe(clip[0])
    assert np.array_equal(one.update(clip[1]).labels, by_hand.update(clip[1]))


def test_reset_forgets_the_state(engine, clip):
    stream = engine.open_stream()
    stream.keyframe(clip[0])
    stream.reset()
    with pytest.raises(StateError):
        stream.update(clip[1])


def test_streams_run_in_several_threads_at_once(engine, clip):
    answers: dict[int, list[np.ndarray]] = {}

    def work(camera: int) -> None:
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


@pytest.mark.parametrize('delay', [1, 2, 5])
def test_a_keyframe_beside_the_updates_lands_carried_up_to_now(engine, clip, delay):
    stream, by_hand = engine.open_stream(), Arithmetic()
    stream.keyframe(clip[0]), by_hand.keyframe(clip[0])
    for each in (stream, by_hand):
        each.update(clip[1], begin_keyframe=True)
    for image in clip[2 : 1 + delay]:
        assert np.array_equal(stream.update(image).labels, by_hand.update(image))
    stream.land(), by_hand.land()
    for image in clip[1 + delay :]:
        assert np.array_equal(stream.update(image).labels, by_hand.update(image))


def test_landing_waits_for_a_keyframe_that_is_slower_than_ten_frames(engine, clip, held):
    stream, by_hand = engine.open_stream(), Arithmetic()
    for each in (stream, by_hand):
        each.keyframe(clip[0]), each.update(clip[1], begin_keyframe=True)
    for image in clip[2:] * 2:
        assert not stream.keyframe_ready()
        assert np.array_equal(stream.update(image).labels, by_hand.update(image))
    threading.Timer(0.2, held.set).start()
    stream.land(), by_hand.land()
    assert np.array_equal(stream.update(clip[0]).labels, by_hand.update(clip[0]))


@pytest.fixture
def held(engine) -> Iterator[threading.Event]:
    """Keep the worker of the reference network busy until the event is set."""
    gate = threading.Event()
    engine._worker._executor.submit(gate.wait, 30)
    yield gate
    gate.set()


def test_it_says_when_it_has_finished(engine, clip, held):
    stream = engine.open_stream()
    assert not stream.keyframe_ready()
    stream.keyframe(clip[0])
    stream.update(clip[1], begin_keyframe=True)
    assert not stream.keyframe_ready()
    held.set()
    deadline = time.monotonic() + 30
    while not stream.keyframe_ready():
        assert time.monotonic() < deadline
        time.sleep(0.001)
    stream.land()
    assert not stream.keyframe_ready()


@pytest.mark.parametrize('how', ['abandon', 'reset', 'keyframe', 'close', 'another'])
def test_one_that_is_given_up_is_not_waited_for_and_never_lands(engine, clip, held, how):
    stream = engine.open_stream()
    stream.keyframe(clip[0])
    stream.update(clip[1], begin_keyframe=True)
    if how == 'another':
        stream.update(clip[2], begin_keyframe=True)
        stream.abandon()
    else:
        getattr(stream, how)(*([clip[2]] if how == 'keyframe' else []))
    with pytest.raises(StateError, match='no keyframe under way'):
        stream.land()


def test_one_that_runs_stops_soon_when_it_is_given_up(tmp_path):
    bundle = Bundle.open(default_bundle())
    engine = OnnxRuntimeEngine(bundle, threads=2)
    stream = engine.open_stream()
    image = np.zeros((bundle.manifest.height, bundle.manifest.width, 3), np.uint8)
    stream.keyframe(image)
    stream._worker.begin(stream._previous, engine._graphs.options()).future.result(60)  # loads
    stream.update(image, begin_keyframe=True)
    flight = stream._flight
    while not flight.future.running():
        time.sleep(0.001)
    stream.abandon()
    with pytest.raises(EngineError, match='terminate'):
        flight.future.result(timeout=60)
    engine.close()


def test_one_that_fails_leaves_the_old_state_in_force(engine, clip, monkeypatch):
    def begin(image, options):
        return begin_really(
            engine._graphs.hold(np.zeros((HEIGHT, WIDTH + 1, 3), np.uint8)), options
        )

    begin_really = engine._worker.begin
    monkeypatch.setattr(engine._worker, 'begin', begin)
    stream, by_hand = engine.open_stream(), Arithmetic()
    stream.keyframe(clip[0]), by_hand.keyframe(clip[0])
    result = stream.update(clip[1], begin_keyframe=True)
    assert np.array_equal(result.labels, by_hand.update(clip[1]))
    with pytest.raises(EngineError, match='keyframe failed in onnxruntime'):
        stream.land()
    assert np.array_equal(stream.update(clip[2]).labels, by_hand.update(clip[2]))


def test_whatever_fails_beside_the_updates_is_an_engine_error(bundle, clip, monkeypatch):
    def fail() -> None:
        raise MemoryError('no room')

    engine = OnnxRuntimeEngine(bundle, threads=1)
    monkeypatch.setattr(engine._worker, '_open_graphs', fail)
    stream = engine.open_stream()
    stream.keyframe(clip[0])
    stream.update(clip[1], begin_keyframe=True)
    with pytest.raises(EngineError, match='the keyframe failed: no room'):
        stream.land()
    assert stream.update(clip[2]).labels is not None


def test_cameras_share_the_worker_and_nothing_else(engine, clip):
    streams, by_hand = [engine.open_stream() for _ in range(3)], [Arithmetic() for _ in range(3)]
    for stream, other, image in zip(streams, by_hand, clip):
        for each in (stream, other):
            each.keyframe(image), each.update(clip[3], begin_keyframe=True)
    for image in clip[4:6]:
        for stream, other in zip(streams, by_hand):
            stream.update(image), other.update(image)
    for stream, other in zip(streams, by_hand):
        stream.land(), other.land()
        assert np.array_equal(stream.update(clip[7]).labels, other.update(clip[7]))


def test_a_closed_engine_begins_no_keyframe(bundle, clip):
    engine = OnnxRuntimeEngine(bundle)
    stream = engine.open_stream()
    stream.keyframe(clip[0])
    engine.close()
    with pytest.raises(EngineError, match='no keyframe can be begun: the engine is closed'):
        stream.update(clip[1], begin_keyframe=True)


def test_the_reference_network_gives_way_to_the_updates(engine):
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    found = engine._worker._executor.submit(niceness).result()
    assert found == min(niceness() + NICENESS, MOST_NICE)


def test_variant_dff_has_no_drift(tmp_path, clip):
    engine = OnnxRuntimeEngine(Bundle.open(write_bundle(tmp_path, 'dff')))
    stream, by_hand = engine.open_stream(), Arithmetic()
    stream.keyframe(clip[0]), by_hand.keyframe(clip[0])
    result = stream.update(clip[1])
    assert result.drift is None
    assert np.array_equal(result.labels, by_hand.update(clip[1]))


def test_variant_frame_has_only_keyframes(tmp_path, clip):
    stream = OnnxRuntimeEngine(Bundle.open(write_bundle(tmp_path, 'frame'))).open_stream()
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
    with pytest.raises(EngineError, match='keyframe failed in onnxruntime') as caught:
        engine.open_stream().keyframe(image)
    assert '\n' not in str(caught.value)


def test_a_closed_engine_says_so(bundle, clip):
    engine = OnnxRuntimeEngine(bundle)
    stream = engine.open_stream()
    engine.close()
    with pytest.raises(EngineError, match='closed'):
        stream.keyframe(clip[0])


def test_a_closed_stream_says_so(engine, clip):
    stream = engine.open_stream()
    stream.close()
    with pytest.raises(EngineError, match='closed'):
        stream.keyframe(clip[0])
    assert engine.open_stream().keyframe(clip[0]).labels.max() < CLASSES


def test_the_description_tells_threads_and_reason(bundle):
    engine = OnnxRuntimeEngine(bundle, threads=3, why='a test')
    assert '3 CPU threads' in engine.description and '(a test)' in engine.description


def test_a_graph_that_is_no_onnx_is_an_engine_error(tmp_path):
    bundle = Bundle.open(write_bundle(tmp_path))
    (tmp_path / 'update.onnx').write_bytes(b'not a graph')
    bundle = write_manifest(tmp_path, bundle.manifest)
    with pytest.raises(EngineError, match='update.onnx cannot be loaded') as caught:
        OnnxRuntimeEngine(bundle)
    assert '\n' not in str(caught.value)


def test_a_graph_that_differs_from_the_manifest_is_a_bundle_error(tmp_path):
    manifest = Bundle.open(write_bundle(tmp_path)).manifest

    def halve(tensor: TensorSpec) -> TensorSpec:
        """Claim half as many rows of cells, for every tensor that has cells."""
        cells = tensor.shape[-2:] == (16, 24)
        return replace(tensor, shape=(*tensor.shape[:-2], 8, 24)) if cells else tensor

    graphs = {
        key: replace(
            graph,
            inputs=tuple(map(halve, graph.inputs)),
            outputs=tuple(map(halve, graph.outputs)),
        )
        for key, graph in manifest.graphs.items()
    }
    bundle = write_manifest(tmp_path, replace(manifest, graphs=graphs))
    with pytest.raises(BundleError, match=r'keyframe.onnx has .*state float32 \[1, 1, 16, 24\]'):
        OnnxRuntimeEngine(bundle)


def test_graphs_swapped_in_the_manifest_are_found_out(tmp_path: Path):
    bundle = Bundle.open(write_bundle(tmp_path))
    path = tmp_path / 'manifest.json'
    content = json.loads(path.read_text())
    content['graphs']['keyframe']['file'] = bundle.manifest.graphs['update'].file
    path.write_text(json.dumps(content))
    with pytest.raises(BundleError, match='export it again'):
        OnnxRuntimeEngine(Bundle.open(tmp_path))
