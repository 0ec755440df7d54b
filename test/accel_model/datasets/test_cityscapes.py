# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Cityscapes: snippets and single frames, both numberings, and mistakes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pictures import write_frame, write_labels, write_pixels

from accel_model.datasets.cityscapes import open_cityscapes
from accel_model.datasets.dataset import DatasetError

SNIPPETS, SINGLES = 'leftImg8bit_sequence', 'leftImg8bit'


def write_snippet(root, city, sequence, first, split='val', numbers=range(30), folder=SNIPPETS):
    """Write frames first + `numbers`, red = their number, and the labels of the 20th."""
    for number in numbers:
        name = f'{city}_{sequence:06d}_{first + number:06d}_leftImg8bit.png'
        write_frame(root / folder / split / city / name, number)
    name = f'{city}_{sequence:06d}_{first + 19:06d}_gtFine_labelTrainIds.png'
    return write_labels(root / 'gtFine' / split / city / name, 18)


def test_the_20th_of_30_frames_is_labelled(tmp_path):
    write_snippet(tmp_path, 'lindau', 3, 0)
    write_snippet(tmp_path, 'frankfurt', 1, 275)
    write_snippet(tmp_path, 'frankfurt', 0, 400)
    data = open_cityscapes(tmp_path, 'val')
    assert data.classes.name == 'cityscapes' and data.classes.ignore == 255
    assert [(video.name, len(video), video.labelled) for video in data.videos] == [
        ('frankfurt/frankfurt_000000_000400', 30, (19,)),
        ('frankfurt/frankfurt_000001_000275', 30, (19,)),
        ('lindau/lindau_000003_000000', 30, (19,)),
    ]
    clip = data.clip(1, 5)
    assert clip.images[:, 0, 0, 0].tolist() == [15, 16, 17, 18, 19]
    assert (clip.labels == 18).all()


def test_single_frames_where_the_snippets_are_absent(tmp_path):
    for first in (0, 30):
        write_snippet(tmp_path, 'ulm', 0, first, 'train', [19], SINGLES)
    data = open_cityscapes(tmp_path, 'train')
    assert [(len(video), video.labelled) for video in data.videos] == [(1, (0,))] * 2


def test_snippets_are_preferred_to_single_frames(tmp_path):
    write_snippet(tmp_path, 'ulm', 0, 0, folder=SINGLES, numbers=[19])
    write_snippet(tmp_path, 'ulm', 0, 0)
    assert len(open_cityscapes(tmp_path, 'val').videos[0]) == 30


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(0, 29)))
def test_a_video_is_what_lies_around_the_labels_without_a_gap(tmp_path_factory, present):
    root = tmp_path_factory.mktemp('gaps')
    present = present | {19}
    write_snippet(root, 'ulm', 0, 100, numbers=sorted(present))
    video = open_cityscapes(root, 'val').videos[0]
    (place,) = video.labelled
    found = [int(video.image(index)[0, 0, 0]) for index in range(len(video))]
    assert found[place] == 19 and found == list(range(found[0], found[-1] + 1))
    assert found[0] - 1 not in present and found[-1] + 1 not in present


def test_snippets_that_touch_are_kept_apart(tmp_path):
    write_snippet(tmp_path, 'hanover', 0, 0)
    write_snippet(tmp_path, 'hanover', 0, 30)
    data = open_cityscapes(tmp_path, 'val')
    assert [(len(video), video.labelled) for video in data.videos] == [(30, (19,))] * 2


def test_the_ids_of_the_download_become_train_ids(tmp_path):
    write_snippet(tmp_path, 'ulm', 0, 0).unlink()
    pixels = np.arange(48, dtype=np.uint8).reshape(6, 8) % 34
    path = tmp_path / 'gtFine/val/ulm/ulm_000000_000019_gtFine_labelIds.png'
    write_pixels(path, pixels)
    ids = open_cityscapes(tmp_path, 'val').clip(0).labels
    road, sidewalk, car, bicycle = (ids[pixels == identity] for identity in (7, 8, 26, 33))
    assert (road == 0).all() and (sidewalk == 1).all()
    assert (car == 13).all() and (bicycle == 18).all()
    assert set(ids[pixels < 7]) == {255} and set(np.unique(ids)) == {*range(19), 255}
    write_pixels(path, np.full((6, 8), 40, np.uint8))
    with pytest.raises(DatasetError, match=r'40 \(48 pixels\)'):
        open_cityscapes(tmp_path, 'val').clip(0)


@pytest.mark.parametrize('kind', ['labelTrainIds', 'trainIds'])
def test_train_ids_are_preferred(tmp_path, kind):
    write_snippet(tmp_path, 'ulm', 0, 0).unlink()
    folder = tmp_path / 'gtFine' / 'val' / 'ulm'
    write_labels(folder / 'ulm_000000_000019_gtFine_labelIds.png', 7)
    write_labels(folder / f'ulm_000000_000019_gtFine_{kind}.png', 5)
    write_frame(folder / 'ulm_000000_000019_gtFine_color.png')
    data = open_cityscapes(tmp_path, 'val')
    assert len(data) == 1 and (data.clip(0).labels == 5).all()


def test_ids_of_the_download_under_the_name_of_train_ids(tmp_path):
    write_labels(write_snippet(tmp_path, 'ulm', 0, 0), 26)
    with pytest.raises(DatasetError, match=r'class table cityscapes lacks: 26 \(48 pixels\)'):
        open_cityscapes(tmp_path, 'val').clip(0)


def test_missing_folders(tmp_path):
    with pytest.raises(DatasetError, match='has no gtFine/val: pass the folder that holds gtFine'):
        open_cityscapes(tmp_path, 'val')
    write_snippet(tmp_path, 'ulm', 0, 0)
    with pytest.raises(DatasetError, match='has no gtFine/train'):
        open_cityscapes(tmp_path, 'train')
    (tmp_path / SNIPPETS).rename(tmp_path / 'elsewhere')
    with pytest.raises(DatasetError, match='no leftImg8bit_sequence/val or leftImg8bit/val'):
        open_cityscapes(tmp_path, 'val')


def test_a_city_without_frames(tmp_path):
    write_snippet(tmp_path, 'ulm', 0, 0)
    (tmp_path / SNIPPETS / 'val' / 'ulm').rename(tmp_path / SNIPPETS / 'val' / 'bonn')
    with pytest.raises(DatasetError, match='folder .*ulm cannot be listed'):
        open_cityscapes(tmp_path, 'val')


def test_labels_without_their_frame(tmp_path):
    write_snippet(tmp_path, 'ulm', 0, 0, numbers=range(19))
    with pytest.raises(DatasetError, match=r'has no image .*ulm_000000_000019_leftImg8bit\.png'):
        open_cityscapes(tmp_path, 'val')


def test_no_labels(tmp_path):
    path = write_snippet(tmp_path, 'ulm', 0, 0)
    path.rename(path.with_name('ulm_000000_000019_gtFine_color.png'))
    with pytest.raises(DatasetError, match=r'holds no CITY/\*_gtFine_labelIds\.png'):
        open_cityscapes(tmp_path, 'val')


def test_a_name_without_a_frame_number(tmp_path):
    write_snippet(tmp_path, 'ulm', 0, 0)
    write_labels(tmp_path / 'gtFine' / 'val' / 'ulm' / 'mine_gtFine_labelIds.png')
    with pytest.raises(DatasetError, match='is not named CITY_SEQUENCE_FRAME'):
        open_cityscapes(tmp_path, 'val')
