# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from accel_ros.classes import ClassTable
from accel_ros.errors import ClassTableError


def load(tmp_path: Path, content) -> ClassTable:
    path = tmp_path / 'table.yaml'
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return ClassTable.load(path)


def table(**changes) -> dict:
    classes = [{'id': i, 'name': f'c{i}', 'color': [i, 10, 20]} for i in range(3)]
    return {'name': 'three', 'ignore': 255, 'classes': classes, **changes}


def test_camvid():
    camvid = ClassTable.named('camvid')
    assert (len(camvid), camvid.ignore) == (11, 11)
    assert camvid.names[3] == 'road' and camvid.names[8] == 'car'
    assert camvid.palette[3].tolist() == [128, 64, 128]


def test_cityscapes():
    cityscapes = ClassTable.named('cityscapes')
    assert (len(cityscapes), cityscapes.ignore) == (19, 255)
    assert cityscapes.names[0] == 'road' and cityscapes.names[18] == 'bicycle'
    assert cityscapes.palette[11].tolist() == [220, 20, 60]


def test_every_label_value_has_a_colour(tmp_path):
    palette = load(tmp_path, table()).palette
    assert palette.shape == (256, 3)
    assert palette[2].tolist() == [2, 10, 20]
    assert not palette[3:].any()


def test_an_unknown_name_says_what_to_do():
    with pytest.raises(ClassTableError, match='no class table .*give the path'):
        ClassTable.named('kitti')


@pytest.mark.parametrize(
    ('changes', 'complaint'),
    [
        ({'name': ''}, 'name is missing'),
        ({'classes': []}, '1 to 255 entries'),
        ({'classes': 'road'}, '1 to 255 entries'),
        ({'classes': [{'id': 1, 'name': 'a', 'color': [0, 0, 0]}]}, 'not 0..0 in order'),
        ({'classes': table()['classes'][:2] + table()['classes'][:1]}, 'not 0..2 in order'),
        ({'classes': [{'id': 0, 'name': 'a', 'color': [0, 0, 256]}]}, 'color of a is 256'),
        ({'classes': [{'id': 0, 'name': 'a', 'color': [0, 0]}]}, r'not \[red, green, blue\]'),
        ({'classes': [{'id': 0, 'name': True, 'color': [0, 0, 0]}]}, 'class 0 has no name'),
        ({'classes': [7]}, '7 is not a mapping'),
        ({'ignore': 2}, 'ignore is 2 and has to be from 3 to 255'),
        ({'ignore': None}, 'ignore is None'),
    ],
)
def test_a_bad_table_is_refused_with_its_reason(tmp_path, changes, complaint):
    with pytest.raises(ClassTableError, match=complaint):
        load(tmp_path, table(**changes))


def test_two_classes_of_one_name(tmp_path):
    content = table()
    content['classes'][1]['name'] = 'c0'
    with pytest.raises(ClassTableError, match='same name'):
        load(tmp_path, content)


@pytest.mark.parametrize('content', ['', '[', '- 1', 'a: [', '\x00', '!!python/object:os.x {}'])
def test_what_is_no_table_at_all(tmp_path, content):
    with pytest.raises(ClassTableError):
        load(tmp_path, content)


def test_a_missing_file(tmp_path):
    with pytest.raises(ClassTableError, match='cannot be read'):
        ClassTable.load(tmp_path / 'none.yaml')


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.fixed_dictionaries({}, optional={'name': JUNK, 'ignore': JUNK, 'classes': JUNK}) | JUNK)
def test_only_class_table_errors_come_out(tmp_path_factory, content):
    try:
        load(tmp_path_factory.getbasetemp(), content)
    except ClassTableError as error:
        assert '\n' not in str(error)
