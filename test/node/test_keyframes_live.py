# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Keyframe policies and modes of the real node: changed live, recorded in `timing`."""

import numpy as np
import pytest
from support.bundles import HEIGHT, WIDTH
from support.images import SECOND, pixels_of
from support.node import running
from support.reports import Reports, values
from support.stream import Stream

from accel_ros.bundle import Bundle
from accel_ros.engines import open_engine
from accel_ros.keyframes import AsRecorded, Recorded
from accel_ros.pipeline import Frame, Pipeline

START = 1_700_000_000 * SECOND
STEP = SECOND // 25


@pytest.fixture(scope='module')
def client(domain, bundle, tmp_path_factory):
    """The client of an active node."""
    parameters = {'bundle': str(bundle), 'autostart': True, 'keyframe_interval': 1000}
    with running(tmp_path_factory.mktemp('node'), parameters) as (_, client):
        client.until_active()
        yield client


@pytest.fixture
def stream(client, drive):
    yield Stream(client, drive)
    for name, value in (
        ('keyframe_mode', 'sync'), ('keyframe_policy', 'fixed'), ('keyframe_interval', 1000),
        ('keyframe_max_delay', 30), ('keyframe_share', 0.7), ('keyframe_threshold', 15.0),
    ):  # fmt: skip
        assert client.set(name, value) == ''
    client.forget()


def grey(level: int) -> np.ndarray:
    """An image of this brightness that is not blank."""
    image = np.full((HEIGHT, WIDTH, 3), level, np.uint8)
    image[::2] += 20
    return image


def test_adaptive_takes_keyframes_where_the_image_changes(stream):
    stream.play(START, grey(50))
    assert stream.client.set('keyframe_policy', 'adaptive') == ''
    levels = (50, 50, 60, 60, 70, 70, 200, 200)
    answers = [stream.play(START + n * STEP, grey(level)) for n, level in enumerate(levels, 1)]
    reasons = [answer.keyframe_reason for answer in answers]
    assert reasons == ['', '', '', '', 'change', '', 'cut', '']
    assert answers[3].change == pytest.approx(10, abs=1)
    assert stream.client.set('keyframe_threshold', 0.0) == ''
    assert stream.client.set('keyframe_interval', 2) == ''
    assert stream.play(START + 9 * STEP, grey(200)).keyframe_reason == 'interval'


def test_the_deadline_takes_what_its_share_allows(stream):
    stream.play(START)
    assert stream.client.set('keyframe_policy', 'deadline') == ''
    assert stream.client.set('keyframe_latency_ms', 60_000.0) == ''
    assert stream.client.set('keyframe_share', 0.0) == ''
    assert stream.reasons(*(START + n * SECOND // 2 for n in range(1, 5))) == [''] * 4
    assert stream.client.set('keyframe_share', 1.0) == ''
    assert stream.play(START + 5 * SECOND // 2).keyframe_reason == 'budget'


def test_beside_the_updates_it_lands_and_a_replay_agrees(stream, bundle):
    client = stream.client
    assert client.set('keyframe_mode', 'concurrent') == ''
    assert client.set('keyframe_interval', 3) == ''
    stream.play(START)  # far from the warm-up: a keyframe that is waited for
    answers, labels, images = [], [], []
    for n in range(1, 25):
        if n == 12:
            assert client.set('keyframe_interval', 1) == ''
        if n == 18:  # in mid-keyframe
            assert client.change('deactivate') and client.change('activate')
        images.append(stream.drive(stream.sent + 1))
        answers.append(stream.play(START + n * STEP))
        labels.append(pixels_of(stream.labels.wait(START + n * STEP)))
    landings = [answer.keyframe_landing for answer in answers]
    assert 'landed' in landings
    assert answers[17].keyframe_reason == 'reset'
    _replay(bundle, [stream.drive(stream.sent - 24), *images], answers, labels)
    told = values(Reports(client).wait(''))
    assert 'landed' in told['keyframes beside updates']
    assert 'landed' in told['keyframes beside updates since activation']


def _replay(bundle, images, answers, labels):
    """Do the same again from what was recorded; the first keyframe comes before the record."""
    bundle = Bundle.open(bundle)
    pipeline = Pipeline(
        bundle,
        open_engine(bundle, threads=1),
        policy=Recorded(['', *(a.keyframe_reason for a in answers)]),
        landings=AsRecorded(['', *(a.keyframe_landing for a in answers)]),
    )
    pipeline.process(Frame(images[0], 'rgb8'))
    for image, answer, due in zip(images[1:], answers, labels, strict=True):
        found = pipeline.process(Frame(image, 'rgb8'))
        assert np.array_equal(found.labels, due)
        assert found.frames_since_keyframe == answer.frames_since_keyframe
