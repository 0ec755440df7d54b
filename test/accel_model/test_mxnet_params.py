# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""MXNet parameter files: every version, and files that lie."""

from __future__ import annotations

import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.golden import PARAMS, full_recordings
from support.mxnet_files import V2, array_bytes, params_bytes

from accel_model.mxnet_params import ParamsError, read_params

ARRAYS = {
    'arg:conv_weight': np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2),
    'aux:bn_moving_mean': np.array([1.5, -2.0], np.float64),
    'arg:half': np.array([[0.5], [7.0]], np.float16),
    'arg:steps': np.array([3, 4, 5], np.int64),
}


def read_bytes(folder: Path, content: bytes) -> dict[str, np.ndarray]:
    path = folder / 'x.params'
    path.write_bytes(content)
    return read_params(path)


@pytest.mark.parametrize('version', [0, 1, 2, 3])
def test_reads_what_was_written(version: int, tmp_path: Path) -> None:
    read = read_bytes(tmp_path, params_bytes(ARRAYS, version))
    assert list(read) == list(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(read[name], array, strict=True)


def test_the_writer_lays_out_bytes_as_mxnet_does(tmp_path: Path) -> None:
    original = PARAMS.read_bytes()
    device = struct.pack('<ii', 2, 0), struct.pack('<ii', 1, 0)  # ours says GPU, theirs CPU
    written = params_bytes(read_params(PARAMS))
    assert written.replace(*device) == original.replace(*device)


@pytest.mark.parametrize('version', ['v0', 'v1'])
def test_older_files_hold_the_same_weights(version: str) -> None:
    golden = full_recordings()
    newest = read_params(golden / 'accel-18_w16_64x128_s7-0000.params')
    older = read_params(golden / f'accel-18_w16_legacy_{version}-0000.params')
    assert older.keys() == newest.keys()
    for name, array in older.items():
        np.testing.assert_array_equal(array, newest[name], strict=True)


@pytest.mark.parametrize('version', [0, 1, 2, 3])
def test_every_truncation_is_named(version: int, tmp_path: Path) -> None:
    content = params_bytes(ARRAYS, version)
    for length in range(len(content)):
        with pytest.raises(ParamsError):
            read_bytes(tmp_path, content[:length])


def with_array(array: bytes) -> bytes:
    return struct.pack('<QQQ', 0x112, 0, 1) + array + struct.pack('<QQ', 1, 1) + b'a'


HOSTILE = {
    'not an MXNet': b'PK' + bytes(40),
    'says it holds 1152921504606846976 arrays': struct.pack('<QQQ', 0x112, 0, 1 << 60),
    'claims 4294967295 dimensions': with_array(struct.pack('<I', 0xFFFFFFFF) + bytes(64)),
    'claims 2147483647 dimensions': with_array(struct.pack('<IiI', V2, 0, 0x7FFFFFFF)),
    'needs 18446744069414584320 bytes': with_array(
        struct.pack('<IIIiii', 2, 0xFFFFFFFF, 1 << 30, 1, 0, 0)
    ),
    'impossible shape (-1,)': with_array(struct.pack('<IiIqiii', V2, 0, 1, -1, 1, 0, 0)),
    'impossible shape (4611686018427387904, 0)': with_array(
        struct.pack('<IiIqqiii', V2, 0, 2, 1 << 62, 0, 1, 0, 0)
    ),
    'unknown type number 99': with_array(struct.pack('<IiIqiii', V2, 0, 1, 1, 1, 0, 99)),
    'not dense (storage type 1)': with_array(struct.pack('<IiIqiii', V2, 1, 1, 1, 1, 0, 0)),
    '1 arrays but 0 names': struct.pack('<QQQ', 0x112, 0, 1)
    + array_bytes(np.ones(1, np.float32), 2)
    + bytes(8),
    '3 bytes after the end': params_bytes(ARRAYS) + b'abc',
    'is not text': params_bytes(ARRAYS).replace(b'arg:half', b'\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8'),
    'more than one array named arg:half': params_bytes(
        ARRAYS | {'arg:full': ARRAYS['arg:half']}
    ).replace(b'arg:full', b'arg:half'),
    'cannot be read': b'',
}


@pytest.mark.parametrize('complaint', HOSTILE)
def test_a_hostile_file_gets_one_clear_error(complaint: str, tmp_path: Path) -> None:
    with pytest.raises(ParamsError) as caught:
        read_bytes(tmp_path, HOSTILE[complaint])
    assert complaint in str(caught.value)
    assert 'x.params' in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r'none\.params: cannot be read'):
        read_params(tmp_path / 'none.params')


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    version=st.integers(0, 3),
    changes=st.lists(
        st.tuples(st.integers(0, 10_000), st.binary(min_size=1, max_size=8)), max_size=4
    ),
    cut=st.integers(0, 10_000),
)
def test_any_damage_is_an_error_or_harmless(
    tmp_path: Path, version: int, changes: list[tuple[int, bytes]], cut: int
) -> None:
    content = bytearray(params_bytes(ARRAYS, version))
    for position, change in changes:
        start = position % len(content)
        content[start : start + len(change)] = change
    del content[max(cut, 1) :]
    path = tmp_path / 'damaged.params'
    path.write_bytes(content)
    tracemalloc.start()
    try:
        arrays = read_params(path)
    except ParamsError:
        arrays = {}
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert sum(array.nbytes for array in arrays.values()) <= len(content)
    assert peak < 1_000_000
