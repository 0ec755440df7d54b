# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Streams as cameras really send them: docs/stream_faults.md says what comes of each fault."""

import math

import numpy as np
import pytest
from support.bundles import HEIGHT, WIDTH
from support.images import SECOND, image_of, pixels_of, stamp_of
from support.node import running
from support.reports import WARN, Reports
from support.stream import Stream

START = 1_700_000_000 * SECOND
STEP = SECOND // 25


@pytest.fixture(scope='module')
def client(domain, bundle, tmp_path_factory):
    """The client of an active node that takes no keyframe of its own accord."""
    parameters = {'bundle': str(bundle), 'autostart': True, 'keyframe_interval': 1000}
    with running(tmp_path_factory.mktemp('node'), parameters) as (_, client):
        client.until_active()
        yield client


@pytest.fixture
def stream(client, drive):
    yield Stream(client, drive)
    client.set('max_gap_s', 1.0)
    client.forget()


def test_a_duplicate_is_labelled_again_as_the_same_scene(stream):
    assert stream.reasons(START, START, START + STEP) == ['gap', '', '']


def test_a_late_image_is_labelled_on_its_own(stream):
    stamps = (START, START + 2 * STEP, START + STEP, START + 3 * STEP)
    assert stream.reasons(*stamps) == ['gap', '', 'stamp', '']


def test_a_clock_that_is_set_back_starts_anew_once(stream):
    hour = 3600 * SECOND
    stamps = (START, START + STEP, START - hour, START - hour + STEP)
    assert stream.reasons(*stamps) == ['gap', '', 'stamp', '']


def test_a_gap_starts_anew_by_the_limit_of_the_moment(stream):
    second = START + 2 * SECOND
    assert stream.reasons(START, second, second + STEP) == ['gap', 'gap', '']
    assert stream.client.set('max_gap_s', 60.0) == ''
    assert stream.reasons(second + 10 * SECOND) == ['']


def test_without_stamps_the_time_of_arrival_shows_a_gap(stream):
    assert stream.client.set('max_gap_s', 3600.0) == ''
    stream.play(0)
    answer = stream.play(0)
    assert answer.keyframe_reason == '', 'one moment after the other'
    assert math.isnan(answer.age_ms), 'how old it is cannot be known'
    assert stream.client.set('max_gap_s', 0.2) == ''
    stream.client.within(0.5, lambda: False)
    assert stream.reasons(0) == ['gap']


def test_a_camera_that_starts_again_is_heard_again(stream):
    stream.play(START)
    stream.camera.close()
    topic = '/camera/image_raw'
    stream.client.wait_for(lambda: not stream.client.node.count_publishers(topic), 'silence')
    Reports(stream.client).wait(f'nobody publishes on {topic}')
    stream.camera = stream.client.camera()
    stream.camera.warm_up(stream.drive(0), stream.labels, stream.timing)
    assert stream.reasons(START + 5 * SECOND, START + 5 * SECOND + STEP) == ['gap', '']


def test_black_images_are_a_scene_of_their_own(stream):
    black = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    stamps = [START + n * STEP for n in range(6)]
    shown = [None, None, black, black, None, None]
    answers = [stream.play(stamp, pixels) for stamp, pixels in zip(stamps, shown)]
    assert [a.keyframe_reason for a in answers] == ['gap', '', 'blank', '', 'blank', '']
    assert pixels_of(stream.labels.messages[-1]).shape == (HEIGHT, WIDTH)


def test_black_images_show_in_the_diagnostics(stream):
    reports = Reports(stream.client)
    stream.play(START, np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    assert reports.wait('is the lens covered?').level >= WARN


def test_of_a_burst_the_newest_is_labelled_and_every_image_is_accounted_for(stream):
    before = stream.play(START)
    messages = [image_of(stream.drive(n), START + n * STEP) for n in range(1, 41)]
    for message in messages:
        stream.camera.send(message)
    last = stream.timing.wait(stamp_of(messages[-1]))
    assert last.received == last.processed + last.dropped
    assert last.processed - before.processed <= last.received - before.received <= 40
    stamps = [stamp_of(message) for message in stream.labels.messages]
    assert stamps == sorted(stamps), 'an older image was labelled after a newer one'
