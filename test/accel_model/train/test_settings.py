# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Settings are read strictly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from accel_model.train.settings import ConfigError, read_settings


@dataclass(frozen=True)
class Inner:
    share: float


@dataclass(frozen=True)
class Outer:
    name: Literal['a', 'b']
    size: tuple[int, int] = (1, 2)
    parts: tuple[str, ...] = ()
    inner: Inner | None = None
    files: dict[str, Path | None] | None = None
    flip: bool = False


def test_values_become_what_their_types_say():
    outer = read_settings(
        Outer,
        {
            'name': 'a',
            'size': [3, 4],
            'parts': ['x'],
            'inner': {'share': 1},
            'files': {'f': 'g', 'h': None},
            'flip': True,
        },
    )
    assert outer == Outer('a', (3, 4), ('x',), Inner(1.0), {'f': Path('g'), 'h': None}, True)
    assert isinstance(outer.inner.share, float)
    assert read_settings(Outer, {'name': 'b', 'inner': None}) == Outer('b')


@pytest.mark.parametrize(
    ('tree', 'message'),
    [
        ({}, 'data.name is missing'),
        ([], 'data is .* should hold settings'),
        ({'name': 'c'}, "data.name 'c' is not one of a, b"),
        ({'name': ['a']}, 'is not one of a, b'),
        ({'name': 'a', 'colour': 1}, 'no setting data.colour: choose from name, size'),
        ({'name': 'a', 'size': [1]}, 'should have 2 entries'),
        ({'name': 'a', 'size': [1, 'x']}, r"data.size\[1\] is 'x' and should be a whole number"),
        ({'name': 'a', 'size': 3}, 'should be a list'),
        ({'name': 'a', 'parts': [3]}, r'data.parts\[0\] is 3 and should be a text'),
        ({'name': 'a', 'inner': {'shore': 1}}, 'no setting data.inner.shore'),
        ({'name': 'a', 'inner': {'share': True}}, 'data.inner.share is True'),
        ({'name': 'a', 'files': 3}, 'name: value pairs'),
        ({'name': 'a', 'flip': 1}, 'data.flip is 1 and should be true or false'),
    ],
)
def test_mistakes_are_named(tree, message):
    with pytest.raises(ConfigError, match=message):
        read_settings(Outer, tree, 'data')
