# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Keyframes that run beside the updates, through the pipeline."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bundles import HEIGHT, WIDTH, Arithmetic, write_bundle

from accel_ros.bundle import Bundle, write_manifest
from accel_ros.engines import Stream, open_engine
from accel_ros.errors import AccelError, EngineError
from accel_ros.keyframes import AfterFrames, AsRecorded, FixedInterval, Recorded, WhenReady
from accel_ros.pipeline import Frame, Pipeline, Segmentation


class Scripted:
    """An engine whose keyframes beside the updates finish, and fail, when the test says so."""

    name = description = 'scripted'

    def __init__(self, engine) -> None:
        self._stream: Stream = engine.open_stream()
        self.ready = True
        self.fails = False

    def open_stream(self):
        return self

    def keyframe_ready(self) -> bool:
        return self.ready

    def land(self) -> None:
        if self.fails:
            self._stream.abandon()
            raise EngineError('out of memory')
        self._stream.land()

    def __getattr__(self, name: str):
        return getattr(self._stream, name)


def follow(result: Segmentation, by_hand: Arithmetic, image: np.ndarray) -> None:
    """Do by arithmetic what the pipeline says that it did; the labels have to be the same."""
    if result.landing == 'landed':
        by_hand.land()
    if result.kind == 'key':
        expected = by_hand.keyframe(image)
    else:
        expected = by_hand.update(image, begin_keyframe=bool(result.reason))
    assert np.array_equal(result.labels, expected)


def run(pipeline: Pipeline, images: list[np.ndarray]) -> list[Segmentation]:
    by_hand, results = Arithmetic(), []
    for image in images:
        results.append(pipeline.process(Frame(image, 'rgb8')))
        follow(results[-1], by_hand, image)
    return results


def noise(count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(9)
    return list(rng.integers(0, 256, (count, HEIGHT, WIDTH, 3), dtype=np.uint8))


@pytest.mark.parametrize('delay', [1, 2, 3, 12])
def test_labels_are_what_arithmetic_says_however_long_a_keyframe_takes(bundle, engine, delay):
    results = run(Pipeline(bundle, engine, 3, landings=AfterFrames(delay)), noise(30))
    assert [r.kind for r in results] == ['key'] + ['update'] * 29
    assert max(r.frames_since_keyframe for r in results) == max(3, delay) + delay - 1
    landed = [i for i, r in enumerate(results) if r.landing == 'landed']
    assert [results[i].frames_since_keyframe for i in landed] == [delay] * len(landed)
    assert landed[0] == 3 + delay


def test_the_same_delay_gives_the_same_labels_again(bundle, engine):
    one, two = (run(Pipeline(bundle, engine, 3, landings=AfterFrames(2)), noise(12)) for _ in 'ab')
    assert all(np.array_equal(a.labels, b.labels) for a, b in zip(one, two))


def test_a_replay_of_what_was_done_live_agrees(bundle, engine):
    """Live: keyframes land whenever they are ready, which is another frame every time."""
    live, images = Pipeline(bundle, engine, 3, landings=WhenReady()), noise(40)
    results = []
    for index, image in enumerate(images):
        if index == 20:
            live.reset()
        results.append(live.process(Frame(image, 'rgb8')))
        time.sleep(0.001 * (index % 3))
    assert any(r.landing == 'landed' for r in results)
    replay = Pipeline(
        bundle,
        engine,
        policy=Recorded([r.reason for r in results]),
        landings=AsRecorded([r.landing for r in results]),
    )
    for image, due in zip(images, results):
        found = replay.process(Frame(image, 'rgb8'))
        assert np.array_equal(found.labels, due.labels)
        assert (found.kind, found.frames_since_keyframe) == (due.kind, due.frames_since_keyframe)


def test_a_keyframe_slower_than_ten_frames_lands_within_the_bound_and_not_beyond(bundle, engine):
    for most, landing in ((12, 'landed'), (8, 'late')):
        scripted = Scripted(engine)
        pipeline = Pipeline(bundle, scripted, 3, landings=WhenReady(most))
        scripted.ready, by_hand, seen = False, Arithmetic(), []
        for index, image in enumerate(noise(16)):
            scripted.ready = index == 3 + 11 and most == 12
            result = pipeline.process(Frame(image, 'rgb8'))
            follow(result, by_hand, image)
            seen.append(result.landing)
        assert landing in seen and {'landed': 'late', 'late': 'landed'}[landing] not in seen


def test_failing_keyframes_are_explained_and_the_old_state_stays(bundle, engine):
    scripted = Scripted(engine)
    scripted.fails = True
    results = run(Pipeline(bundle, scripted, 3, landings=WhenReady()), noise(12))
    failed = [r for r in results if r.landing == 'failed']
    assert len(failed) == 3 and all(r.failure == 'out of memory' for r in failed)
    assert results[-1].frames_since_keyframe == 11
    scripted.fails = False


def test_an_interval_changed_in_mid_keyframe_holds_for_the_next_one(bundle, engine):
    pipeline, by_hand = Pipeline(bundle, engine, 4, landings=AfterFrames(3)), Arithmetic()
    reasons = []
    for index, image in enumerate(noise(12)):
        if index == 5:
            pipeline.interval = 2
        result = pipeline.process(Frame(image, 'rgb8'))
        follow(result, by_hand, image)
        reasons.append(result.reason)
    assert [i for i, reason in enumerate(reasons) if reason] == [0, 4, 7, 10]


def test_a_break_a_reset_and_an_error_in_mid_keyframe_start_afresh(bundle, engine):
    images, by_hand = noise(16), Arithmetic()
    pipeline = Pipeline(bundle, engine, 2, landings=AfterFrames(5))
    results = []
    for index, image in enumerate(images):
        if index == 4:
            pipeline.reset()
        late = index >= 9
        result = pipeline.process(Frame(image, 'rgb8', (5000 * late + 40 * index + 1) * 10**6))
        follow(result, by_hand, image)
        results.append((result.reason, result.landing))
    assert results[4] == ('reset', 'abandoned')
    assert results[9] == ('gap', 'abandoned')


def test_abandoning_gives_it_up_and_the_next_frame_is_a_keyframe(bundle, engine, clip):
    pipeline, by_hand = Pipeline(bundle, engine, 1, landings=AfterFrames(9)), Arithmetic()
    for image in clip[:3]:
        follow(pipeline.process(Frame(image, 'rgb8')), by_hand, image)
    pipeline.abandon()
    result = pipeline.process(Frame(clip[3], 'rgb8'))
    assert (result.reason, result.landing) == ('reset', 'abandoned')
    follow(result, by_hand, clip[3])


def test_a_bundle_that_cannot_propagate_says_so(tmp_path, clip):
    bundle = Bundle.open(write_bundle(tmp_path))
    graphs = {name: g for name, g in bundle.manifest.graphs.items() if name != 'propagate'}
    bundle = write_manifest(tmp_path, replace(bundle.manifest, graphs=graphs))
    engine = open_engine(bundle, threads=1)
    with pytest.raises(AccelError, match='no graph propagate; use keyframe mode sync'):
        Pipeline(bundle, engine, landings=WhenReady())
    assert Pipeline(bundle, engine).process(Frame(clip[0], 'rgb8')).kind == 'key'


def test_frame_by_frame_there_is_nothing_to_run_beside(tmp_path, clip):
    bundle = Bundle.open(write_bundle(tmp_path, 'frame'))
    pipeline = Pipeline(bundle, open_engine(bundle, threads=1), 5, landings=WhenReady())
    assert {pipeline.process(Frame(image, 'rgb8')).kind for image in clip[:3]} == {'key'}


steps = st.sampled_from(['frame'] * 6 + ['ready', 'fail', 'late', 'reset', 'abandon', 'sync'])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(steps, st.booleans(), st.integers(1, 4)), max_size=25))
def test_whatever_happens_labels_are_of_one_whole_state(bundle, engine, script):
    scripted, by_hand, stamp = Scripted(engine), Arithmetic(), 1000
    pipeline = Pipeline(bundle, scripted, 2, landings=WhenReady(3))
    for image, (step, ready, interval) in zip(noise(len(script)), script):
        scripted.ready, scripted.fails = ready or step == 'ready', step == 'fail'
        pipeline.policy = FixedInterval(interval)
        pipeline.landings = None if step == 'sync' else WhenReady(3)
        stamp += 5000 if step == 'late' else 40
        if step in ('reset', 'abandon'):
            getattr(pipeline, step)()
        result = pipeline.process(Frame(image, 'rgb8', stamp * 10**6))
        follow(result, by_hand, image)
        assert (result.landing == 'failed') == bool(result.failure)
        assert result.kind == 'key' or step not in ('late', 'reset', 'abandon')
    pipeline.close()
