# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Label images: numbers and colours become class ids, and unknown ones are counted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pictures import write_pixels

from accel_model.datasets.dataset import DatasetError
from accel_model.datasets.labels import LabelReader, painting_of
from accel_ros.classes import ClassTable, SegmentationClass

CAMVID = ClassTable.named('camvid')


def table(*colours, ignore=255):
    classes = (SegmentationClass(i, f'class {i}', colour) for i, colour in enumerate(colours))
    return ClassTable('made up', ignore, tuple(classes))


def reader(classes=CAMVID, **more):
    return LabelReader(classes, painting_of(classes), **more)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 255), min_size=1, max_size=40))
def test_ids_are_returned_or_counted(tmp_path_factory, values):
    path = tmp_path_factory.mktemp('ids') / 'a.png'
    ids = np.array([values], np.uint8)
    write_pixels(path, ids)
    unknown = sorted({value for value in values if value > 11})
    if not unknown:
        np.testing.assert_array_equal(reader()(path), ids)
        return
    with pytest.raises(DatasetError) as error:
        reader()(path)
    for value in unknown[:4]:
        assert f'{value} ({values.count(value)} pixels)' in str(error.value)
    assert (f'and {len(unknown) - 4} more' in str(error.value)) == (len(unknown) > 4)
    assert 'class table camvid lacks' in str(error.value)
    assert 'it has 0 to 10, and 11 for pixels that do not count' in str(error.value)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 11), min_size=1, max_size=40))
def test_ids_painted_in_the_table_s_colours_come_back(tmp_path_factory, values):
    ids = np.array([values], np.uint8)
    path = write_pixels(tmp_path_factory.mktemp('painted') / 'a.png', CAMVID.palette[ids])
    np.testing.assert_array_equal(reader()(path), ids)


def test_unknown_colours_are_counted_the_most_frequent_first(tmp_path):
    pixels = np.zeros((10, 10, 3), np.uint8)
    pixels[0] = (1, 2, 3)
    pixels[1:3] = (9, 8, 255)
    path = write_pixels(tmp_path / 'a.png', pixels)
    found = r'\(9, 8, 255\) \(20 pixels\), \(1, 2, 3\) \(10 pixels\); paint labels'
    with pytest.raises(DatasetError, match=found):
        reader()(path)


def test_a_few_stray_pixels_are_ignored_where_that_is_allowed(tmp_path):
    pixels = np.full((10, 10, 3), CAMVID.classes[3].color, np.uint8)
    pixels[4, 5] = (1, 2, 3)
    path = write_pixels(tmp_path / 'a.png', pixels)
    ids = reader(stray=0.01)(path)
    assert ids[4, 5] == CAMVID.ignore and (ids == 3).sum() == 99
    with pytest.raises(DatasetError, match=r'\(1, 2, 3\) \(1 pixels\)'):
        reader(stray=0.009)(path)


def test_black_is_ignored_unless_it_is_a_class(tmp_path):
    path = write_pixels(tmp_path / 'a.png', np.zeros((2, 2, 3), np.uint8))
    assert (reader(table((1, 1, 1)))(path) == 255).all()
    assert (reader(table((1, 1, 1), (0, 0, 0)))(path) == 1).all()


def test_classes_that_share_a_colour_matter_only_for_labels_in_colour(tmp_path):
    twins = reader(table((0, 0, 0), (0, 0, 0)))
    grey = write_pixels(tmp_path / 'grey.png', np.eye(2, dtype=np.uint8))
    np.testing.assert_array_equal(twins(grey), np.eye(2))
    colour = write_pixels(tmp_path / 'colour.png', np.zeros((2, 2, 3), np.uint8))
    with pytest.raises(DatasetError, match='classes of made up share a colour: give every class'):
        twins(colour)


def test_a_table_of_all_ids_leaves_room_for_unknown_colours(tmp_path):
    full = table(*((i, 1, 2) for i in range(255)))
    path = write_pixels(tmp_path / 'a.png', np.full((1, 1, 3), (255, 1, 2), np.uint8))
    with pytest.raises(DatasetError, match=r'\(255, 1, 2\) \(1 pixels\)'):
        reader(full)(path)


def test_renumbering(tmp_path):
    path = write_pixels(tmp_path / 'a.png', np.array([[0, 1, 2]], np.uint8))
    renumbering = (7, 11, 3, *range(3, 256))
    np.testing.assert_array_equal(reader(renumbering=renumbering)(path), [[7, 11, 3]])
