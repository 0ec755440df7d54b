# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Which files a folder holds, and which are consecutive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accel_model.datasets.dataset import DatasetError
from accel_model.datasets.listing import folders_in, images_in, numbered, runs


def test_images_are_listed_by_name_without_what_is_hidden_or_something_else(tmp_path):
    for name in ('b.png', 'a.JPG', 'c.jpeg', '._b.png', 'notes.txt', 'Thumbs.db'):
        (tmp_path / name).touch()
    (tmp_path / 'sub').mkdir()
    (tmp_path / '.git').mkdir()
    assert [path.name for path in images_in(tmp_path)] == ['a.JPG', 'b.png', 'c.jpeg']
    assert folders_in(tmp_path) == [tmp_path / 'sub']


def test_a_folder_that_is_missing(tmp_path):
    with pytest.raises(DatasetError, match='folder .*nowhere cannot be listed.*docs/data.md'):
        images_in(tmp_path / 'nowhere')


@pytest.mark.parametrize(
    'stem, parts',
    [
        ('000123', ('', 123)),
        ('0016E5_07959', ('0016E5_', 7959)),
        ('Seq05VD_f00000', ('Seq05VD_f', 0)),
        ('frame', None),
        ('12a', None),
    ],
)
def test_numbers_at_the_end_of_names(stem, parts):
    assert numbered(stem) == parts


@given(st.sets(st.integers(0, 60)), st.integers(1, 3))
def test_runs_are_the_longest_that_rise_by_the_step(chosen, step):
    numbers = sorted(chosen)
    found = list(runs(numbers, step))
    assert [place for run in found for place in run] == list(range(len(numbers)))
    for run in found:
        values = [numbers[place] for place in run]
        assert values == list(range(values[0], values[-1] + 1, step))
    for run, after in zip(found, found[1:]):
        assert numbers[after[0]] - numbers[run[-1]] != step
