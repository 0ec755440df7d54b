# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""One camera around an engine that waits or fails when it is told to: drops and failures."""

import threading

import numpy as np
import pytest
from accel_ros.msg import FrameTiming
from support.images import image_of, pixels_of

from accel_ros.bundle import Bundle
from accel_ros.engines.onnxruntime import OnnxRuntimeEngine
from accel_ros.errors import EngineError
from accel_ros.keyframes import WhenReady
from accel_ros.node.camera import Camera
from accel_ros.node.parameters import Parameters
from accel_ros.pipeline import Pipeline


class ToldEngine(OnnxRuntimeEngine):
    """The real engine, with a gate that can be closed and a fault that can be switched on."""

    def __init__(self, bundle):
        super().__init__(bundle)
        self.gate = threading.Event()
        self.gate.set()
        self.at_gate = threading.Event()
        self.fault = None

    def open_stream(self):
        stream = super().open_stream()
        for name in ('keyframe', 'update'):
            setattr(stream, name, self._told(getattr(stream, name)))
        return stream

    def _told(self, run):
        def told(image, **choices):
            self.at_gate.set()
            assert self.gate.wait(30)
            if self.fault:
                raise self.fault
            return run(image, **choices)

        return told


@pytest.fixture
def engine(bundle):
    engine = ToldEngine(Bundle.open(bundle))
    yield engine
    engine.close()


@pytest.fixture
def camera(client, bundle, engine):
    opened = Bundle.open(bundle)
    parameters = Parameters(client.node, configured=lambda: False)
    camera = Camera(client.node, 'camera', Pipeline(opened, engine), parameters, opened.classes)
    camera.start()
    yield camera
    engine.gate.set()
    camera.close()
    assert not camera.running


def test_frames_that_were_overtaken_are_dropped_and_counted(client, camera, engine, drive):
    images = client.camera()
    timing = client.listen('timing', FrameTiming)
    images.warm_up(drive(0), timing)
    before = camera.counts
    engine.gate.clear()
    engine.at_gate.clear()
    images.send(image_of(drive(1), 1001))
    client.wait_for(engine.at_gate.is_set, 'the first frame to be worked on')
    for n in (2, 3, 4):
        images.send(image_of(drive(n), 1000 + n))
        client.wait_for(lambda n=n: camera.counts.received == before.received + n, f'frame {n}')
    engine.gate.set()
    first, last = timing.wait(1001), timing.wait(1004)
    assert len(timing.messages) == 2
    assert (last.processed, last.dropped) == (first.processed + 1, before.dropped + 2)
    assert last.received == last.processed + last.dropped
    assert last.wait_ms > first.wait_ms


@pytest.mark.parametrize('fault', [EngineError('out of memory'), RuntimeError('out\nof memory')])
def test_a_failed_inference_drops_its_frame_and_the_next_is_a_keyframe(
    client, camera, engine, drive, fault
):
    images = client.camera()
    labels = client.listen('labels')
    timing = client.listen('timing', FrameTiming)
    images.warm_up(drive(0), labels, timing)
    before = camera.counts
    engine.fault = fault
    images.send(image_of(drive(1), 1001))
    client.wait_for(lambda: camera.counts.dropped == before.dropped + 1, 'the drop')
    engine.fault = None
    images.send(image_of(drive(2), 1002))
    answer = timing.wait(1002)
    assert (answer.kind, answer.keyframe_reason) == ('key', 'error')
    assert answer.dropped == before.dropped + 1
    assert np.array_equal(pixels_of(labels.wait(1002)), drive(2)[..., 0] // 24)
    assert not timing.has(1001)


def test_stopping_counts_the_frame_that_nobody_took(client, camera, engine, drive):
    images = client.camera()
    images.warm_up(drive(0), client.listen('timing', FrameTiming))
    engine.gate.clear()
    engine.at_gate.clear()
    images.send(image_of(drive(1), 1001))
    client.wait_for(engine.at_gate.is_set, 'the frame to be worked on')
    received = camera.counts.received
    images.send(image_of(drive(2), 1002))
    client.wait_for(lambda: camera.counts.received == received + 1, 'the second frame')
    threading.Timer(0.05, engine.gate.set).start()
    camera.stop()
    counts = camera.counts
    assert counts.received == counts.processed + counts.dropped == received + 1


def test_a_new_start_counts_from_zero_and_forgets_the_old_scene(client, camera, drive):
    images = client.camera()
    timing = client.listen('timing', FrameTiming)
    images.warm_up(drive(0), timing)
    camera.stop()
    camera.start()
    images.send(image_of(drive(1), 1001))
    answer = timing.wait(1001)
    assert (answer.kind, answer.keyframe_reason, answer.received) == ('key', 'reset', 1)


class Concurrent(Parameters):
    """The parameters of a node that takes its keyframes beside the updates."""

    keyframe_interval = 2
    landings = WhenReady(max_delay=3)


@pytest.fixture
def beside(client, bundle, engine):
    """A camera whose keyframes beside the updates wait until the gate is opened."""
    opened, gate = Bundle.open(bundle), threading.Event()
    engine._worker._executor.submit(gate.wait, 30)
    parameters = Concurrent(client.node, configured=lambda: False)
    camera = Camera(client.node, 'camera', Pipeline(opened, engine), parameters, opened.classes)
    camera.start()
    yield camera, gate
    gate.set()
    camera.close()


def send(client, drive, count, first=1001):
    """Send images, each after the answer to the one before; return the timing of all."""
    images, timing = client.camera(), client.listen('timing', FrameTiming)
    images.warm_up(drive(0), timing)
    answers = []
    for n in range(count):
        images.send(image_of(drive(n), first + n))
        answers.append(timing.wait(first + n))
    return answers


def test_deactivating_in_mid_keyframe_does_not_wait_for_it(client, beside, drive):
    camera, gate = beside
    answers = send(client, drive, 6)
    assert any(answer.keyframe_reason == 'interval' for answer in answers)
    camera.stop()
    assert not gate.is_set()
    camera.start()
    client.forget()
    again = send(client, drive, 2, first=2001)
    assert all(answer.keyframe_landing != 'landed' for answer in again)


def test_a_keyframe_slower_than_its_bound_is_dropped_counted_and_frames_go_on(
    client, beside, drive
):
    camera, _ = beside
    answers = send(client, drive, 12)
    assert {'late', ''} == {answer.keyframe_landing for answer in answers}
    assert camera.counts.landings['late'] >= 2
    assert camera.traffic.summary().landings['late'] >= 2
    assert max(answer.frames_since_keyframe for answer in answers) >= 10


def test_a_failing_keyframe_is_counted_explained_and_frames_go_on(
    client, beside, engine, drive, monkeypatch
):
    camera, gate = beside

    def fail(*_: object) -> None:
        raise EngineError('no memory left')

    monkeypatch.setattr(engine._worker, '_fly', fail)
    gate.set()
    answers = send(client, drive, 8)
    assert 'failed' in {answer.keyframe_landing for answer in answers}
    assert {answer.kind for answer in answers} == {'update'}
    assert camera.counts.landings['failed'] >= 1
    assert camera.traffic.summary().failure == 'no memory left'
