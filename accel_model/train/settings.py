# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Reading settings strictly: plain values of a YAML file into a dataclass with types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from accel_ros.errors import AccelError

Settings = TypeVar('Settings')

# Type -> which values it takes, and what they are called.
_PLAIN: dict[Any, tuple[Callable[[Any], bool], str]] = {
    bool: (lambda value: isinstance(value, bool), 'true or false'),
    int: (lambda value: isinstance(value, int) and not isinstance(value, bool), 'a whole number'),
    float: (
        lambda value: isinstance(value, int | float) and not isinstance(value, bool),
        'a number',
    ),
    str: (lambda value: isinstance(value, str), 'a text'),
    Path: (lambda value: isinstance(value, str | Path), 'a path'),
}


class ConfigError(AccelError):
    """A training's configuration cannot be used."""


def read_settings(kind: type[Settings], tree: Any, where: str = '') -> Settings:
    """
    Make a dataclass of a mapping; its fields' types say what each value has to be.

    :param where: what the mapping is called in messages; '' for the whole file
    :raises ConfigError: names a setting that is unknown, missing or of the wrong type
    """
    if not isinstance(tree, Mapping):
        raise ConfigError(f'{where or "the file"} is {tree!r:.60} and should hold settings')
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    prefix = f'{where}.' if where else ''
    for name in tree:
        if name not in known:
            raise ConfigError(
                f'there is no setting {prefix}{name}: choose from {", ".join(known)}'
            )
    for name, field in known.items():
        if name not in tree and field.default is MISSING and field.default_factory is MISSING:
            raise ConfigError(f'{prefix}{name} is missing')
    hints = get_type_hints(kind)
    return kind(**{name: _value(hints[name], tree[name], prefix + name) for name in tree})


def _value(hint: Any, value: Any, where: str) -> Any:
    """Check and convert one value."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):  # with None
        return None if value is None else _value(arguments[0], value, where)
    if origin is Literal:
        if value not in arguments:
            raise ConfigError(f'{where} {value!r:.60} is not one of {", ".join(arguments)}')
        return value
    if origin is tuple:
        return _list(arguments, value, where)
    if origin is dict:
        if not isinstance(value, Mapping):
            raise ConfigError(f'{where} is {value!r:.60} and should be name: value pairs')
        return {key: _value(arguments[1], value[key], f'{where}.{key}') for key in value}
    if is_dataclass(hint):
        made = isinstance(value, hint)  # type: ignore[arg-type]
        return value if made else read_settings(hint, value, where)  # type: ignore[arg-type]
    if hint is Any:
        return value
    takes, called = _PLAIN[hint]
    if not takes(value):
        raise ConfigError(f'{where} is {value!r:.60} and should be {called}')
    return hint(value)


def _list(arguments: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise ConfigError(f'{where} is {value!r:.60} and should be a list')
    if arguments[-1] is ...:
        arguments = (arguments[0],) * len(value)
    if len(arguments) != len(value):
        raise ConfigError(f'{where} is {value!r:.60} and should have {len(arguments)} entries')
    return tuple(
        _value(hint, entry, f'{where}[{index}]')
        for index, (hint, entry) in enumerate(zip(arguments, value, strict=True))
    )
