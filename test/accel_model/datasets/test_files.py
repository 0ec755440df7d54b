# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Videos of files: read when asked for, kept where all fit, of one size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pictures import SIZE, write_frame, write_labels, write_pixels

from accel_model.datasets import files
from accel_model.datasets.dataset import DatasetError
from accel_model.datasets.files import Decoder, FileVideo, unbroken_videos
from accel_model.datasets.pixels import read_label_image


def video(folder, frames=3, decoder=None):
    paths = [write_frame(folder / f'{i}.png', i) for i in range(frames)]
    labels = {frames - 1: write_labels(folder / 'labels.png', 5)}
    return FileVideo('made up', paths, labels, read_label_image, decoder or Decoder())


def test_frames_and_labels(tmp_path):
    made = video(tmp_path)
    assert (made.name, len(made), made.labelled) == ('made up', 3, (2,))
    assert [made.image(i)[0, 0, 0] for i in range(3)] == [0, 1, 2]
    assert made.image(0).shape == (*SIZE, 3) and (made.labels(2) == 5).all()


def test_what_is_kept_is_read_once_and_cannot_be_spoilt(tmp_path):
    made = video(tmp_path)
    made.image(1)[:] = 77
    made.image(1)[:] = 77
    (tmp_path / '1.png').unlink()
    assert (made.image(1)[..., 0] == 1).all()


def test_frames_that_do_not_all_fit_are_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(files, 'MEMORY', 3 * SIZE[0] * SIZE[1] * 3)
    assert keeps(tmp_path / 'a', 3) and not keeps(tmp_path / 'b', 4)


def keeps(folder, frames):
    made = video(folder, frames)
    made.image(0)
    (folder / '0.png').unlink()
    try:
        made.image(0)
    except DatasetError:
        return False
    return True


def test_videos_share_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(files, 'MEMORY', 3 * SIZE[0] * SIZE[1] * 3)
    decoder = Decoder()
    first = video(tmp_path / 'a', 2, decoder)
    video(tmp_path / 'b', 2, decoder)
    first.image(0)
    (tmp_path / 'a' / '0.png').unlink()
    with pytest.raises(DatasetError):
        first.image(0)


def test_labels_of_another_size_than_their_image(tmp_path):
    made = video(tmp_path)
    write_pixels(tmp_path / 'labels.png', np.zeros((3, 5), np.uint8))
    made.image(0)
    with pytest.raises(DatasetError, match=r'labels\.png is 5x3 but .*0\.png .* 8x6: .* nearest'):
        made.labels(2)


def test_frames_of_another_size(tmp_path):
    made = video(tmp_path)
    write_pixels(tmp_path / '1.png', np.zeros((3, 5, 3), np.uint8))
    made.image(0)
    with pytest.raises(DatasetError, match=r'1\.png is 5x3.*a video of their own'):
        made.image(1)


@given(st.sets(st.integers(0, 40), min_size=1), st.data())
def test_videos_end_at_gaps_and_labels_stay_with_their_frames(numbers, data):
    labelled = data.draw(st.sets(st.sampled_from(sorted(numbers))))
    frames = [(number, Path(f'/drive/{number}.png')) for number in sorted(numbers)]
    labels = {str(number): Path(f'/labels/{number}.png') for number in labelled}
    made = unbroken_videos(frames, 1, labels, read_label_image, Decoder())
    found = set()
    for one in made:
        folder, first = one.name.split('/')
        assert folder == 'drive' and int(first) in numbers and int(first) - 1 not in numbers
        assert int(first) + len(one) - 1 in numbers and int(first) + len(one) not in numbers
        found |= {int(first) + place for place in one.labelled}
    assert found == labelled and sum(map(len, made)) == len(numbers)


def test_two_frames_of_one_number():
    frames = [(1, Path('1.png')), (1, Path('01.png'))]
    with pytest.raises(DatasetError, match=r'1\.png and 01\.png have the same number'):
        unbroken_videos(frames, 1, {}, read_label_image, Decoder())
