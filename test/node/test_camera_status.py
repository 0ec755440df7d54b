# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What the diagnostics make of a camera's stream, by the thresholds."""

from types import SimpleNamespace

import pytest
from support.traffic import Clock, frame

from accel_ros.node.camera_status import CameraTask
from accel_ros.node.counts import Counts
from accel_ros.node.diagnostics import Level
from accel_ros.node.parameters import Thresholds
from accel_ros.node.situation import Story
from accel_ros.node.traffic import Traffic

LIMITS = Thresholds(warn_age_ms=500.0, error_age_ms=2000.0, warn_drop_share=0.5, stale_after_s=2.0)


class Stream:
    """A camera whose stream is made by hand, and the status of it."""

    def __init__(self):
        self.clock = Clock()
        self.obstacle = None
        self.camera = SimpleNamespace(
            running=True,
            topic='/camera/image_raw',
            busy_s=0.0,
            counts=Counts(received=9),
            traffic=Traffic(self.clock),
            obstacle=lambda: self.obstacle,
        )
        self.traffic = self.camera.traffic
        self.story = Story()
        self.story.go_on('active')

    def good(self, frames=10, **timing):
        for _ in range(frames):
            self.clock.now += 0.1
            self.traffic.receive()
            self.traffic.label(frame(**timing))

    def status(self):
        return CameraTask('front', self.story, self.camera, LIMITS).run()


@pytest.fixture
def stream():
    return Stream()


def test_a_good_stream_is_ok_and_has_all_figures(stream):
    stream.good(50)
    status = stream.status()
    assert status.level is Level.OK
    assert status.message == '10.0 of 10.0 images per second get their labels'
    for name in (
        'rate in (Hz)', 'rate out (Hz)', 'age p95 (ms)', 'drop share', 'keyframe share',
        *(f'latency key {q} (ms)' for q in ('p50', 'p95', 'p99')),
    ):  # fmt: skip
        assert isinstance(status.values[name], float), name
    assert status.values['latency update p50 (ms)'] == '', 'there was none'
    assert status.values['received since activation'] == 9


def test_the_first_second_of_a_stream_is_not_a_fault(stream):
    assert stream.status().level is Level.OK
    assert 'waiting for the first image' in stream.status().message


@pytest.mark.parametrize(
    'phase, level, what',
    [
        ('unconfigured', Level.STALE, 'configure and activate it'),
        ('configuring', Level.WARN, 'loading the network since 7 s'),
        ('inactive', Level.STALE, 'activate it'),
        ('finalized', Level.STALE, 'start it again'),
    ],
)
def test_a_node_that_does_not_work_says_so(stream, phase, level, what):
    stream.story = Story(stream.clock)
    stream.story.go_on(phase)
    stream.clock.now += 7
    status = stream.status()
    assert status.level is level and what in status.message


def test_a_failed_transition_is_an_error_with_its_reason(stream):
    stream.story.go_on('unconfigured', 'not configured: there is no such folder')
    assert stream.status().level is Level.ERROR
    assert stream.status().message == 'not configured: there is no such folder'


def test_a_camera_at_the_edge_of_a_transition(stream):
    stream.camera.running = False
    assert stream.status().level is Level.WARN
    stream.camera = None
    assert stream.status().level is Level.WARN


def test_no_publisher_is_an_error(stream):
    stream.good()
    stream.obstacle = 'nobody publishes on /camera/image_raw'
    assert stream.status().level is Level.ERROR
    assert stream.status().message == 'no images: nobody publishes on /camera/image_raw'


def test_silence_is_stale_and_tells_a_camera_that_stopped_from_one_that_never_sent(stream):
    stream.clock.now += 2.5
    assert stream.status().level is Level.STALE
    assert 'no image yet on /camera/image_raw' in stream.status().message
    assert 'fastdds.xml' in stream.status().message
    stream.good()
    assert stream.status().level is Level.OK
    stream.clock.now += 3
    assert stream.status().level is Level.STALE
    assert 'no image for 3 s' in stream.status().message


def test_images_that_are_all_refused_are_an_error_and_single_ones_a_warning(stream):
    stream.traffic.receive()
    stream.traffic.refuse("the image encoding 'odd' is not supported")
    assert stream.status().level is Level.ERROR
    assert "image dropped: the image encoding 'odd'" in stream.status().message
    stream.good()
    assert stream.status().level is Level.OK
    stream.traffic.refuse('truncated')
    assert stream.status().level is Level.WARN
    for _ in range(25):
        stream.clock.now += 0.1
        stream.traffic.receive()
        stream.traffic.refuse('truncated')
    assert stream.status().level is Level.ERROR


@pytest.mark.parametrize(
    'age_ms, level',
    [(490.0, Level.OK), (510.0, Level.WARN), (1990.0, Level.WARN), (2010.0, Level.ERROR)],
)
def test_old_labels(stream, age_ms, level):
    stream.good(age_ms=age_ms)
    status = stream.status()
    assert status.level is level
    assert (f'{age_ms:.0f} ms (p95) after the stamps' in status.message) == (level != Level.OK)


def test_a_clock_that_is_ahead(stream):
    stream.good(age_ms=-400.0)
    assert stream.status().level is Level.WARN
    assert 'the stamps are 400 ms ahead' in stream.status().message


def test_many_drops_are_a_warning(stream):
    stream.good(4)
    stream.traffic.receive(overtaken=5)
    assert stream.status().level is Level.WARN
    assert '56% of the images are dropped' in stream.status().message


def test_a_frame_that_never_ends_is_an_error_and_the_worst_comes_first(stream):
    stream.good(age_ms=600.0)
    stream.camera.busy_s = 12.0
    status = stream.status()
    assert status.level is Level.ERROR
    assert status.message.startswith('the network has been at one image for 12 s; labels come')


def test_blank_images_are_a_warning(stream):
    stream.good()
    stream.traffic.label(frame(), blank=True)
    assert stream.status().level is Level.WARN
    assert 'is the lens covered?' in stream.status().message


def test_keyframes_that_failed_or_came_too_late_are_explained(stream):
    stream.good(5, kind='update')
    stream.traffic.fail('out of memory')
    for _ in range(2):
        stream.traffic.label(frame(kind='update', landing='late'))
    status = stream.status()
    assert status.level is Level.WARN
    assert 'a keyframe failed, the old state stays: out of memory' in status.message
    assert '2 keyframes took too long beside the updates' in status.message
    assert status.values['keyframes beside updates'] == 'late 2'
    stream.clock.now += 11
    stream.good(1)
    assert stream.status().level is Level.OK
