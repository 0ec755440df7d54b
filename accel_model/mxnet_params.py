# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Read MXNet's `.params` files without MXNet.

Layout (little endian): u64 0x112, u64 0, u64 count, the arrays, u64 count, the names. Each
array says with its first word which of four versions it is written in. Nothing in the file is
believed: every size is checked against what is left of the file before it is used.
"""

from __future__ import annotations

import math
import mmap
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from accel_ros.errors import AccelError

_LIST_MAGIC = 0x112
_V1, _V2, _V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
_MAX_DIMENSIONS = 32
_DTYPES = ('<f4', '<f8', '<f2', 'u1', '<i4', 'i1', '<i8', '?')

Array = NDArray[np.generic]


class ParamsError(AccelError):
    """A `.params` file that cannot be read."""


class _Cursor:
    """A position in the file's bytes that cannot leave them."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.position = 0

    @property
    def left(self) -> int:
        return len(self.data) - self.position

    def take(self, size: int, what: str) -> memoryview:
        if size > self.left:
            raise ParamsError(
                f'{what} at byte {self.position} needs {size} bytes, but only {self.left} are '
                'left: the file is truncated or damaged, copy it again'
            )
        start, self.position = self.position, self.position + size
        return self.data[start : self.position]

    def unpack(self, layout: str, what: str) -> tuple[int, ...]:
        return struct.unpack('<' + layout, self.take(struct.calcsize('<' + layout), what))


def read_params(path: Path) -> dict[str, Array]:
    """
    Read every array of a file, by its full name (`arg:conv1_weight`).

    The arrays are views of the mapped file: nothing is loaded before it is used.

    :raises ParamsError: the file is missing, damaged, truncated, sparse or without names
    """
    try:
        with path.open('rb') as file:
            data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:
        raise ParamsError(f'{path}: cannot be read ({error})') from error
    try:
        return _read_list(_Cursor(data))
    except ParamsError as error:
        raise ParamsError(f'{path}: {error}') from None


def _read_list(cursor: _Cursor) -> dict[str, Array]:
    magic, _ = cursor.unpack('QQ', 'the header')
    if magic != _LIST_MAGIC:
        raise ParamsError(
            f'not an MXNet parameter file: it starts with {magic:#x} instead of {_LIST_MAGIC:#x}'
        )
    count = _count(cursor, 'arrays', smallest=4)
    arrays = [_read_array(cursor, f'array {index}') for index in range(count)]
    names = [_read_name(cursor, index) for index in range(_count(cursor, 'names', smallest=8))]
    if len(names) != count:
        raise ParamsError(f'{count} arrays but {len(names)} names: save it with named arrays')
    if cursor.left:
        raise ParamsError(f'{cursor.left} bytes after the end: the file is damaged')
    named = dict(zip(names, arrays))
    if len(named) != count:
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ParamsError(f'holds more than one array named {", ".join(twice)}')
    return named


def _count(cursor: _Cursor, what: str, smallest: int) -> int:
    (count,) = cursor.unpack('Q', f'the number of {what}')
    if count * smallest > cursor.left:
        raise ParamsError(
            f'says it holds {count} {what}, which cannot fit in its {cursor.left} remaining '
            'bytes: the file is truncated or damaged, copy it again'
        )
    return count


def _read_name(cursor: _Cursor, index: int) -> str:
    (length,) = cursor.unpack('Q', f'the length of name {index}')
    try:
        return bytes(cursor.take(length, f'name {index}')).decode()
    except UnicodeDecodeError:
        raise ParamsError(f'name {index} is not text: the file is damaged') from None


def _read_array(cursor: _Cursor, what: str) -> Array:
    (word,) = cursor.unpack('I', what)
    if word in (_V2, _V3):
        (storage,) = cursor.unpack('i', what)
        if storage != 0:
            raise ParamsError(
                f'{what} is not dense (storage type {storage}): save it as a dense array'
            )
    if word in (_V1, _V2, _V3):
        (dimensions,) = cursor.unpack('I', what)
        shape = _read_shape(cursor, dimensions, 'q', what)
    else:
        shape = _read_shape(cursor, word, 'I', what)
    if not shape and word != _V3:
        return np.empty(0, np.float32)
    _, _, dtype = cursor.unpack('iii', what)
    if not 0 <= dtype < len(_DTYPES):
        raise ParamsError(f'{what} has the unknown type number {dtype}: the file is damaged')
    item = np.dtype(_DTYPES[dtype])
    data = cursor.take(math.prod(shape) * item.itemsize, f'{what} of shape {shape}')
    return np.frombuffer(data, item).reshape(shape)


def _read_shape(cursor: _Cursor, dimensions: int, kind: str, what: str) -> tuple[int, ...]:
    if dimensions > _MAX_DIMENSIONS:
        raise ParamsError(
            f'{what} claims {dimensions} dimensions (at most {_MAX_DIMENSIONS} are possible): '
            'the file is damaged, or written by an unknown version of MXNet'
        )
    shape = cursor.unpack(f'{dimensions}{kind}', what)
    if any(size < 1 for size in shape):
        raise ParamsError(f'{what} has the impossible shape {shape}: the file is damaged')
    return shape
