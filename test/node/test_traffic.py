# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A stream's last seconds: rates, percentiles, drops, and what is forgotten."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.traffic import Clock, frame

from accel_ros.node.traffic import MOST, WINDOW_S, Traffic


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def traffic(clock):
    return Traffic(clock)


def play(traffic, clock, frames, step_s=0.1):
    for number in range(frames):
        clock.now += step_s
        traffic.receive()
        traffic.label(frame('update' if number % 5 else 'key'))


def test_rates_percentiles_and_shares_of_a_steady_stream(traffic, clock):
    play(traffic, clock, 300)
    summary = traffic.summary()
    assert summary.span_s == WINDOW_S
    assert summary.received == summary.labelled == pytest.approx(10 * WINDOW_S, abs=1)
    assert summary.keyframe_share == pytest.approx(0.2, abs=0.01)
    assert summary.reasons.keys() == {'interval'}
    assert summary.dropped == summary.drop_share == 0
    assert summary.latency_ms['key']['p99'] == summary.latency_ms['update']['p50'] == 10.0
    assert summary.age_ms['p95'] == 20.0
    assert (summary.silence_s, summary.refusal, summary.blank) == (0, '', False)


def test_percentiles_are_those_of_each_kind(traffic):
    for ms in range(101):
        traffic.label(frame('key', total_ms=100.0 + ms))
        traffic.label(frame('update', total_ms=1.0 * ms))
    latency = traffic.summary().latency_ms
    assert (latency['key']['p50'], latency['key']['p95'], latency['key']['p99']) == (150, 195, 199)
    assert (latency['update']['p50'], latency['update']['p99']) == (50, 99)


def test_what_is_older_than_the_window_is_forgotten(traffic, clock):
    play(traffic, clock, 20)
    traffic.refuse('empty image')
    clock.now += WINDOW_S + 3
    summary = traffic.summary()
    assert summary.received == summary.labelled == summary.refused == 0
    assert summary.silence_s == summary.unlabelled_s == WINDOW_S + 3
    assert summary.ever_received
    assert summary.refusal == 'empty image', 'the newest image is still the last that came'
    assert summary.latency_ms['key']['count'] == summary.age_ms['count'] == 0


def test_a_stream_that_has_not_begun(traffic, clock):
    clock.now += 4
    summary = traffic.summary()
    assert not summary.ever_received
    assert summary.silence_s == 4
    assert summary.drop_share == summary.keyframe_share == 0


def test_drops_and_the_reason_of_the_newest(traffic):
    for _ in range(4):
        traffic.receive()
    traffic.receive(overtaken=2)
    traffic.refuse('no such encoding')
    traffic.label(frame())
    traffic.refuse('truncated')
    summary = traffic.summary()
    assert (summary.overtaken, summary.refused, summary.dropped) == (2, 2, 4)
    assert summary.drop_share == 0.8
    assert summary.refusal == 'truncated'
    traffic.label(frame(), blank=True)
    summary = traffic.summary()
    assert (summary.refusal, summary.blank) == ('', True)


def test_an_unknown_age_is_left_out(traffic):
    traffic.label(frame(age_ms=float('nan')))
    assert traffic.summary().age_ms['count'] == 0
    traffic.label(frame(age_ms=5.0))
    assert traffic.summary().age_ms['max'] == 5.0


@given(st.lists(st.floats(0, 30), max_size=60))
def test_no_stream_makes_a_figure_that_is_not_finite(pauses):
    clock = Clock()
    traffic = Traffic(clock)
    for pause in pauses:
        clock.now += pause
        traffic.receive(overtaken=1)
        traffic.label(frame())
        summary = traffic.summary()
        assert 1 <= summary.span_s <= WINDOW_S
        assert summary.labelled == sum(summary.reasons.values()) <= summary.received
        assert 0 <= summary.drop_share <= 1
        assert np.isfinite([*summary.age_ms.values()]).all()


def test_no_camera_is_fast_enough_to_fill_the_memory(traffic):
    for _ in range(MOST + 100):
        traffic.receive()
    assert traffic.summary().received == MOST
