# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Frames are matched with the one before, and only once."""

from __future__ import annotations

import numpy as np
import pytest
from support.videos import PanningVideo

from accel_model.evaluate import matcher as matchers
from accel_model.evaluate.matcher import Matcher
from accel_model.evaluate.protocol import Step
from accel_ros.consistency import match_frames

VIDEO = PanningVideo(5)


def step(index, video=VIDEO):
    return Step(video, index, 0, False)


def test_frames_match_only_the_one_before():
    matcher = Matcher()
    other = PanningVideo(5)
    places = [(VIDEO, 0), (VIDEO, 1), (VIDEO, 3), (VIDEO, 3), (VIDEO, 4), (other, 4), (other, 3)]
    matched = [
        matcher.follow(step(index, video), video.image(index)) is not None
        for video, index in places
    ]
    assert matched == [False, True, False, False, True, False, False]


@pytest.mark.parametrize('memory, flows', [(matchers.MEMORY, 2), (0, 4)])
def test_matches_are_kept_while_there_is_room(monkeypatch, memory, flows):
    made = []

    def counting(current, previous):
        made.append(1)
        return match_frames(current, previous)

    monkeypatch.setattr(matchers, 'MEMORY', memory)
    monkeypatch.setattr(matchers, 'match_frames', counting)
    matcher = Matcher()
    rounds = [
        [matcher.follow(step(index), VIDEO.image(index)) for index in range(3)] for _ in range(2)
    ]
    assert len(made) == flows
    for first, second in zip(rounds[0][1:], rounds[1][1:]):
        assert np.array_equal(first, second)
