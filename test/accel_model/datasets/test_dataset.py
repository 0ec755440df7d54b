# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Data sets: clips that end in labelled frames."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accel_model.datasets.dataset import Dataset, DatasetError
from accel_ros.classes import ClassTable

CAMVID = ClassTable.named('camvid')


@dataclass
class MadeUp:
    """A video whose frame i is all i, and whose labels of frame i are all i modulo 12."""

    name: str
    frames: int
    labelled: tuple[int, ...]

    def __len__(self):
        return self.frames

    def image(self, index):
        assert 0 <= index < self.frames
        return np.full((2, 3, 3), index, np.uint8)

    def labels(self, index):
        assert index in self.labelled
        return np.full((2, 3), index % 12, np.uint8)


@st.composite
def videos(draw):
    length = draw(st.integers(1, 9))
    labelled = draw(st.sets(st.integers(0, length - 1)))
    return MadeUp(draw(st.sampled_from('abc')), length, tuple(sorted(labelled)))


@given(st.lists(videos(), max_size=4), st.integers(1, 5))
def test_every_labelled_frame_ends_a_clip(made, frames):
    data = Dataset(CAMVID, made)
    places = [(video.name, place) for video in made for place in video.labelled]
    assert len(data) == len(places)
    for index, (name, place) in enumerate(places):
        if place < frames - 1:
            with pytest.raises(
                DatasetError, match=f'{name}:{place} is labelled, but only {place}'
            ):
                data.clip(index, frames)
            continue
        clip = data.clip(index, frames)
        assert clip.name == f'{name}:{place}' and clip.images.shape == (frames, 2, 3, 3)
        assert clip.images[:, 0, 0, 0].tolist() == list(range(place - frames + 1, place + 1))
        assert (clip.labels == place % 12).all()


@given(st.lists(videos(), max_size=4), st.integers(1, 5))
def test_with_history_every_clip_is_complete(made, frames):
    data = Dataset(CAMVID, made)
    enough = sum(place >= frames - 1 for video in made for place in video.labelled)
    if enough == 0 and len(data):
        with pytest.raises(DatasetError, match='add the missing frames, or use shorter clips'):
            data.with_history(frames)
        return
    part = data.with_history(frames)
    assert len(part) == enough
    assert all(len(part.clip(index, frames).images) == frames for index in range(len(part)))


def test_what_is_left_out_is_said(caplog):
    data = Dataset(CAMVID, [MadeUp('a', 5, (1, 4)), MadeUp('b', 5, (0, 1, 4))])
    with caplog.at_level(logging.WARNING):
        assert data.with_history(1) is data and not caplog.records
        assert len(data.with_history(3)) == 2
    assert '2 frames have to lead up to a labelled frame' in caplog.text
    assert '3 of 5 have fewer, first a:1; they are left out' in caplog.text


def test_frequencies_leave_ignored_pixels_out():
    data = Dataset(CAMVID, [MadeUp('a', 12, (0, 1, 11)), MadeUp('b', 2, (1,))])
    np.testing.assert_allclose(data.frequencies, np.eye(11)[0] / 3 + 2 * np.eye(11)[1] / 3)


def test_frequencies_of_a_part_are_its_own():
    data = Dataset(CAMVID, [MadeUp('a', 5, (1, 4))])
    np.testing.assert_allclose(data.with_history(3).frequencies, np.eye(11)[4])
