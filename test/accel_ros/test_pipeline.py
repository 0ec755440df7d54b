# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bundles import HEIGHT, WIDTH, Arithmetic, write_bundle

from accel_ros.bundle import Bundle
from accel_ros.engines import Prediction, open_engine
from accel_ros.errors import AccelError, EngineError, ImageError
from accel_ros.images import resize_labels
from accel_ros.images.resize import resize_image
from accel_ros.pipeline import Frame, Pipeline

MS = 10**6


def frame(image: np.ndarray, encoding: str = 'rgb8', stamp_ms: int = 0) -> Frame:
    return Frame(image, encoding, stamp_ms * MS)


def check(result, by_hand: Arithmetic, image: np.ndarray) -> None:
    """Compare with the arithmetic, which follows the pipeline's own choice of kind."""
    expected = by_hand.keyframe(image) if result.kind == 'key' else by_hand.update(image)
    assert np.array_equal(result.labels, expected)


def test_keyframes_updates_and_the_flow_between_processed_frames(bundle, engine, clip):
    pipeline, by_hand = Pipeline(bundle, engine, interval=3), Arithmetic()
    reasons = []
    for image in clip:
        result = pipeline.process(frame(image))
        check(result, by_hand, image)
        assert np.array_equal(result.confidence, image[..., 1])
        assert (result.drift is None) == (result.kind == 'key')
        assert result.convert_ms >= 0 and result.infer_ms > 0
        reasons.append((result.reason, result.frames_since_keyframe))
    assert reasons == [
        ('first', 0), ('', 1), ('', 2), ('interval', 0), ('', 1), ('', 2), ('interval', 0), ('', 1)
    ]  # fmt: skip


@pytest.mark.parametrize('channels', ['rgb', 'bgr'])
def test_the_bundles_channel_order_is_kept(tmp_path, clip, channels):
    bundle = Bundle.open(write_bundle(tmp_path, channels=channels))
    pipeline = Pipeline(bundle, open_engine(bundle, threads=1))
    labels = pipeline.process(frame(clip[0], 'rgb8')).labels
    assert np.array_equal(labels, clip[0][..., 0 if channels == 'rgb' else 2] // 24)


def test_labels_come_back_at_the_images_size(bundle, engine):
    image = np.zeros((2 * HEIGHT, 3 * WIDTH, 3), np.uint8)
    image[:HEIGHT] = (24 * 4, 77, 0)
    result = Pipeline(bundle, engine).process(frame(image))
    assert result.labels.shape == result.confidence.shape == (2 * HEIGHT, 3 * WIDTH)
    assert np.all(result.labels[:HEIGHT] == 4) and np.all(result.labels[HEIGHT:] == 0)
    assert np.all(result.confidence[:HEIGHT] == 77)


def test_labels_stay_at_the_networks_size_where_that_is_asked_for(bundle, engine, clip):
    pipeline, by_hand = Pipeline(bundle, engine), Arithmetic()
    pipeline.label_size = 'network'
    image = clip[0].repeat(2, 0).repeat(2, 1)
    result = pipeline.process(frame(image))
    check(result, by_hand, clip[0])
    assert result.confidence.shape == (HEIGHT, WIDTH)
    pipeline.label_size = 'image'
    assert pipeline.process(frame(image)).labels.shape == (2 * HEIGHT, 2 * WIDTH)


def test_another_size_is_scaled_to_the_bundles(bundle, engine):
    image = np.random.default_rng(0).integers(0, 256, (150, 131, 4), dtype=np.uint8)
    result = Pipeline(bundle, engine).process(frame(image, 'bgra8'))
    small = resize_image(image, (HEIGHT, WIDTH))
    assert np.array_equal(result.labels, resize_labels(small[..., 2] // 24, (150, 131)))


@pytest.mark.parametrize(
    ('second', 'reason'),
    [
        (('rgb8', (HEIGHT, WIDTH + 2), 100), 'size'),
        (('bgr8', (HEIGHT, WIDTH), 100), 'encoding'),
        (('rgb8', (HEIGHT, WIDTH), 1501), 'gap'),
        (('rgb8', (HEIGHT, WIDTH), 1), 'stamp'),
    ],
)
def test_a_state_is_never_fused_into_another_scene(bundle, engine, clip, second, reason):
    pipeline = Pipeline(bundle, engine, interval=100, max_gap_s=1.0)
    pipeline.process(frame(clip[0], stamp_ms=500))
    encoding, (height, width), stamp = second
    image = np.full((height, width, 3), 50, np.uint8)
    result = pipeline.process(frame(image, encoding, stamp))
    assert (result.kind, result.reason) == ('key', reason)
    assert np.all(result.labels == 50 // 24)


def test_a_blank_image_is_a_scene_of_its_own(bundle, engine, clip):
    pipeline = Pipeline(bundle, engine, interval=100)
    black = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    results = [pipeline.process(frame(i)) for i in (clip[0], black, black, clip[1], clip[2])]
    assert [r.reason for r in results] == ['first', 'blank', '', 'blank', '']
    assert [r.blank for r in results] == [False, True, True, False, False]


def test_the_longest_gap_can_change_between_two_frames(bundle, engine, clip):
    pipeline = Pipeline(bundle, engine, interval=100, max_gap_s=1.0)
    pipeline.process(frame(clip[0], stamp_ms=100))
    assert pipeline.process(frame(clip[1], stamp_ms=5_000)).reason == 'gap'
    pipeline.max_gap_s = 60.0
    assert pipeline.max_gap_s == 60.0
    assert pipeline.process(frame(clip[2], stamp_ms=25_000)).reason == ''


def test_reset_makes_the_next_frame_a_keyframe(bundle, engine, clip):
    pipeline = Pipeline(bundle, engine, interval=100)
    pipeline.process(frame(clip[0]))
    pipeline.reset()
    assert pipeline.process(frame(clip[1])).reason == 'reset'
    assert pipeline.process(frame(clip[2])).kind == 'update'


def test_the_interval_is_live_and_validated(bundle, engine, clip):
    pipeline = Pipeline(bundle, engine, interval=100)
    pipeline.process(frame(clip[0]))
    pipeline.process(frame(clip[1]))
    pipeline.interval = 1
    assert pipeline.interval == 1
    assert pipeline.process(frame(clip[2])).reason == 'interval'
    with pytest.raises(AccelError, match='use 1'):
        pipeline.interval = 0
    with pytest.raises(AccelError, match='use 1'):
        Pipeline(bundle, engine, interval=0)


@pytest.mark.parametrize(
    'bad', [frame(np.zeros((0, 4, 3), np.uint8)), frame(np.zeros((4, 4), np.uint8), '16UC1')]
)
def test_a_bad_image_leaves_the_state_as_it_is(bundle, engine, clip, bad):
    pipeline, by_hand = Pipeline(bundle, engine, interval=100), Arithmetic()
    check(pipeline.process(frame(clip[0])), by_hand, clip[0])
    with pytest.raises(ImageError):
        pipeline.process(bad)
    result = pipeline.process(frame(clip[1]))
    assert (result.kind, result.frames_since_keyframe) == ('update', 1)
    check(result, by_hand, clip[1])


class Failing:
    """An engine with one stream whose runs fail on demand, half-way through an update."""

    name = description = 'failing'

    def __init__(self, engine) -> None:
        self._stream = engine.open_stream()
        self.fail: type[BaseException] | None = None

    def open_stream(self):
        return self

    def keyframe(self, image: np.ndarray) -> Prediction:
        return self._run(self._stream.keyframe, image)

    def update(self, image: np.ndarray, begin_keyframe: bool = False) -> Prediction:
        return self._run(self._stream.update, image, begin_keyframe)

    def _run(self, graph, *arguments) -> Prediction:
        result = graph(*arguments)
        if self.fail is not None:
            raise self.fail('out of memory')
        return result

    def reset(self) -> None:
        self._stream.reset()

    def close(self) -> None:
        self._stream.close()


@pytest.mark.parametrize('error', [EngineError, MemoryError, KeyboardInterrupt])
@pytest.mark.parametrize('failures', [1, 2])
def test_after_a_failed_run_comes_a_keyframe(bundle, engine, clip, error, failures):
    failing = Failing(engine)
    pipeline, by_hand = Pipeline(bundle, failing, interval=100), Arithmetic()
    pipeline.process(frame(clip[0]))
    failing.fail = error
    for image in clip[1 : 1 + failures]:
        with pytest.raises(error):
            pipeline.process(frame(image))
    failing.fail = None
    result = pipeline.process(frame(clip[4]))
    assert (result.kind, result.reason) == ('key', 'error')
    check(result, by_hand, clip[4])
    result = pipeline.process(frame(clip[5]))
    assert result.kind == 'update'
    check(result, by_hand, clip[5])


def test_a_failed_first_frame_is_followed_by_a_first_frame(bundle, engine, clip):
    failing = Failing(engine)
    failing.fail = EngineError
    pipeline = Pipeline(bundle, failing)
    with pytest.raises(EngineError):
        pipeline.process(frame(clip[0]))
    failing.fail = None
    assert pipeline.process(frame(clip[1])).kind == 'key'
    assert pipeline.process(frame(clip[2])).kind == 'update'


def test_variant_frame_takes_only_keyframes(tmp_path, clip):
    bundle = Bundle.open(write_bundle(tmp_path, 'frame'))
    pipeline = Pipeline(bundle, open_engine(bundle, threads=1), interval=5)
    results = [pipeline.process(frame(image)) for image in clip[:3]]
    assert [result.reason for result in results] == ['first', 'variant', 'variant']
    assert all(np.array_equal(r.labels, i[..., 0] // 24) for r, i in zip(results, clip))


def test_a_closed_pipeline_says_so(bundle, engine, clip):
    pipeline = Pipeline(bundle, engine)
    pipeline.close()
    with pytest.raises(EngineError, match='closed'):
        pipeline.process(frame(clip[0]))


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(st.sampled_from(['good', 'bad', 'fail', 'reset', 'late']), max_size=15),
    interval=st.integers(1, 4),
)
def test_whatever_happens_labels_are_of_this_scene(bundle, engine, steps, interval):
    failing = Failing(engine)
    pipeline, by_hand = Pipeline(bundle, failing, interval), Arithmetic()
    rng, stamp = np.random.default_rng(len(steps)), 1000
    for step in steps:
        image = rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
        stamp += 5000 if step == 'late' else 40
        failing.fail = EngineError if step == 'fail' else None
        if step == 'reset':
            pipeline.reset()
        try:
            result = pipeline.process(
                frame(image, 'unknown' if step == 'bad' else 'rgb8', stamp_ms=stamp)
            )
        except (ImageError, EngineError):
            assert step in ('bad', 'fail')
        else:
            assert step in ('good', 'reset', 'late')
            assert result.kind == 'key' or step == 'good'
            check(result, by_hand, image)
