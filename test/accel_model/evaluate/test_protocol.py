# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Which frames are processed, and which labels count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.videos import PanningVideo

from accel_model.evaluate.protocol import labelled_frames, single_frames, steps


def taken(videos, interval, protocol, part=slice(None)):
    return list(steps(labelled_frames(videos)[part], interval, protocol))


def short(found):
    return [(step.index, step.distance, step.counts) for step in found]


def test_avg_runs_through_a_fully_labelled_video_once():
    found = taken([PanningVideo(7)], 3, 'avg')
    assert short(found) == [(i, i % 3, True) for i in range(7)]


def test_avg_cycles_over_snippets_as_the_original_does():
    """The original's --avg: snippet i begins i mod n frames before its label at place 19."""
    videos = [PanningVideo(30, [19]) for _ in range(7)]
    found = taken(videos, 3, 'avg')
    for i, video in enumerate(videos):
        of_video = [step for step in found if step.video is video]
        offset = i % 3
        assert [step.index for step in of_video] == list(range(19 - offset, 20))
        assert [step.distance for step in of_video] == list(range(offset + 1))
        assert [step.counts for step in of_video] == [False] * offset + [True]


def test_min_keeps_the_greatest_distance():
    videos = [PanningVideo(30, [19]) for _ in range(2)]
    found = taken(videos, 5, 'min')
    assert short(found) == 2 * [(15 + d, d, d == 4) for d in range(5)]


def test_min_does_not_count_labels_too_near_to_the_start():
    found = taken([PanningVideo(4)], 3, 'min')
    assert short(found) == [
        (0, 0, False),
        (1, 1, False),
        (2, 2, True),
        (1, 0, False),
        (2, 1, False),
        (3, 2, True),
    ]


def test_a_video_that_begins_within_a_cycle_counts_from_its_first_keyframe_on():
    first, second = PanningVideo(6), PanningVideo(6)
    found = [step for step in taken([first, second], 4, 'avg') if step.video is second]
    assert short(found) == [(2, 0, True), (3, 1, True), (4, 2, True), (5, 3, True)]


def test_sparse_labels_lead_up_from_their_keyframe():
    found = taken([PanningVideo(20, [5, 11])], 4, 'avg')
    assert short(found) == [(5, 0, True), (10, 0, False), (11, 1, True)]


@pytest.mark.parametrize('protocol', ['avg', 'min'])
def test_interval_one_is_frame_by_frame(protocol):
    assert short(taken([PanningVideo(5)], 1, protocol)) == [(i, 0, True) for i in range(5)]


def test_single_frames_bring_the_one_before_along():
    videos = [PanningVideo(9, [0, 1, 5]), PanningVideo(9, [2])]
    found = list(single_frames(labelled_frames(videos)))
    assert [(videos.index(s.video), s.index, s.counts) for s in found] == [
        (0, 0, True),
        (0, 1, True),
        (0, 4, False),
        (0, 5, True),
        (1, 1, False),
        (1, 2, True),
    ]
    assert not any(step.distance for step in found)


VIDEOS = st.lists(
    st.sets(st.integers(0, 14)).map(lambda labelled: PanningVideo(15, sorted(labelled))),
    max_size=4,
)


@given(VIDEOS, st.integers(1, 6), st.sampled_from(['avg', 'min']))
def test_every_update_follows_the_frame_before_it(videos, interval, protocol):
    before = None
    for step in taken(videos, interval, protocol):
        if step.distance:
            assert step.video is before.video
            assert (step.index, step.distance) == (before.index + 1, before.distance + 1)
        assert step.distance < interval
        before = step


@given(VIDEOS, st.integers(1, 6))
def test_every_label_counts_once_at_the_distance_of_its_protocol(videos, interval):
    distances = {
        'avg': lambda label: label.number % interval,
        'min': lambda label: interval - 1,
    }
    for protocol, distance in distances.items():
        labels = [x for x in labelled_frames(videos) if x.index >= distance(x)]
        counted = [step for step in taken(videos, interval, protocol) if step.counts]
        assert [(s.video, s.index) for s in counted] == [(x.video, x.index) for x in labels]
        assert [s.distance for s in counted] == [distance(x) for x in labels]


@given(VIDEOS, st.integers(1, 6), st.integers(0, 60))
def test_parts_of_the_labels_make_up_the_whole(videos, interval, cut):
    def counted(part):
        return short(step for step in taken(videos, interval, 'avg', part) if step.counts)

    assert counted(slice(0, cut)) + counted(slice(cut, None)) == counted(slice(None))
