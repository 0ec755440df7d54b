# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The class table: one file drives labels, colours, evaluation and reports."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from accel_ros import resources
from accel_ros.errors import ClassTableError, one_line

# Labels are bytes, and at least one value has to stay free for the label that is not evaluated.
MAX_CLASSES = 255


@dataclass(frozen=True)
class SegmentationClass:
    """One class: its label value, its name and its colour (red, green, blue; 0..255)."""

    id: int
    name: str
    color: tuple[int, int, int]


@dataclass(frozen=True)
class ClassTable:
    """All classes of a data set, by id from 0, and the label value that is not evaluated."""

    name: str
    ignore: int
    classes: tuple[SegmentationClass, ...]

    def __len__(self) -> int:
        """Return the number of classes."""
        return len(self.classes)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the class names, by id."""
        return tuple(entry.name for entry in self.classes)

    @cached_property
    def palette(self) -> np.ndarray:
        """Return the colour of every label value, u8 [256, 3] (rgb); black for the others."""
        palette = np.zeros((256, 3), np.uint8)
        palette[: len(self.classes)] = [entry.color for entry in self.classes]
        palette.setflags(write=False)
        return palette

    @classmethod
    def named(cls, name: str) -> ClassTable:
        """Load one of the project's own tables (`cityscapes`, `camvid`)."""
        path = resources.find(f'config/classes/{name}.yaml')
        if path is None:
            raise ClassTableError(
                f'there is no class table {name!r}: no config/classes/{name}.yaml is installed; '
                'give the path of a table instead'
            )
        return cls.load(path)

    @classmethod
    def load(cls, path: str | Path) -> ClassTable:
        """Read a table from a YAML file. Raises ClassTableError."""
        try:
            content = yaml.safe_load(Path(path).read_text(encoding='utf-8'))
        except (OSError, ValueError, RecursionError, yaml.YAMLError) as cause:
            raise ClassTableError(
                f'class table {path} cannot be read: {one_line(cause)}; '
                'see config/classes/ for the form of a table'
            ) from cause
        try:
            return _parse(content)
        except ClassTableError as cause:
            raise ClassTableError(
                f'class table {path} is not valid: {cause}; '
                'see config/classes/ for the form of a table'
            ) from cause


def _parse(content: Any) -> ClassTable:
    """Check a table's content as read from YAML."""
    if not isinstance(content, dict):
        raise ClassTableError('it is not a mapping with name, ignore and classes')
    name, entries, ignore = (content.get(key) for key in ('name', 'classes', 'ignore'))
    if not isinstance(name, str) or not name:
        raise ClassTableError('its name is missing')
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_CLASSES:
        raise ClassTableError(f'its classes are not a list of 1 to {MAX_CLASSES} entries')
    classes = tuple(_parse_class(entry) for entry in entries)
    ids = [entry.id for entry in classes]
    if ids != list(range(len(ids))):
        raise ClassTableError(f'its ids are not 0..{len(ids) - 1} in order')
    if len({entry.name for entry in classes}) < len(classes):
        raise ClassTableError('two classes have the same name')
    return ClassTable(name, _byte(ignore, len(classes), 'ignore'), classes)


def _parse_class(entry: Any) -> SegmentationClass:
    """Check one class."""
    if not isinstance(entry, dict):
        raise ClassTableError(f'the class {entry!r:.60} is not a mapping with id, name and color')
    identity, name, color = (entry.get(key) for key in ('id', 'name', 'color'))
    if not isinstance(name, str) or not name:
        raise ClassTableError(f'class {identity!r:.60} has no name')
    if not isinstance(color, list) or len(color) != 3:
        raise ClassTableError(f'the color of {name} is not [red, green, blue]')
    red, green, blue = (_byte(value, 0, f'the color of {name}') for value in color)
    return SegmentationClass(_byte(identity, 0, f'the id of {name}'), name, (red, green, blue))


def _byte(value: Any, least: int, what: str) -> int:
    if type(value) is not int or not least <= value <= 255:
        raise ClassTableError(f'{what} is {value!r:.60} and has to be from {least} to 255')
    return value
