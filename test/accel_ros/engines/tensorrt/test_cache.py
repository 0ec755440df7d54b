# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever happens to the cache's files: the engine that was written, or none. Never another."""

import errno
import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accel_ros.engines.tensorrt import cache as cache_module
from accel_ros.engines.tensorrt.build import BuildOptions
from accel_ros.engines.tensorrt.cache import EngineCache
from accel_ros.engines.tensorrt.key import Key, Target
from accel_ros.errors import EngineError

TARGET = Target('tensorrt', '10.3.0', 'Orin (nvgpu)', '8.7', 12)
KEY = Key('update', 'ab' * 32, TARGET, BuildOptions())
ENGINE = bytes(range(256)) * 16
NOBODY = 65534


@pytest.fixture
def cache(tmp_path):
    cache = EngineCache(tmp_path)
    cache.store(KEY, ENGINE)
    return cache


def files(folder):
    """The engine and its sidecar."""
    return sorted(p for p in folder.iterdir() if p.suffix in ('.engine', '.json'))


def test_what_is_written_is_found_again_and_says_what_it_is(cache, tmp_path):
    assert cache.load(KEY).engine == ENGINE
    engine, sidecar = files(tmp_path)
    assert engine.name.startswith('update-tensorrt_10.3.0_Orin_nvgpu_sm8.7-')
    facts = json.loads(sidecar.read_text())
    assert facts['key']['target']['gpu'] == 'Orin (nvgpu)' and facts['bytes'] == len(ENGINE)
    assert not list(tmp_path.glob('*.partial'))


OTHERS = [
    replace(KEY, graph='keyframe'),
    replace(KEY, onnx_sha256='cd' * 32),
    replace(KEY, recipe=KEY.recipe + 1),
    replace(KEY, options=BuildOptions(workspace_mib=512)),
    *(
        replace(KEY, target=replace(TARGET, **{name: value}))
        for name, value in {
            'flavour': 'tensorrt_rtx',
            'version': '10.13.3',
            'gpu': 'Orin Nano',
            'compute_capability': '8.6',
            'driver': 13,
        }.items()
    ),
]


@pytest.mark.parametrize('other', OTHERS, ids=lambda key: key.stem)
def test_whatever_differs_another_engine_is_due(cache, other):
    assert cache.load(other) == cache_module.Found(None)


@pytest.mark.parametrize('other', OTHERS, ids=lambda key: key.stem)
def test_a_foreign_engine_under_the_right_name_is_found_out(cache, tmp_path, other):
    cache.store(other, b'foreign')
    for ending in ('.engine', '.json'):
        shutil.copy(tmp_path / f'{other.stem}{ending}', tmp_path / f'{KEY.stem}{ending}')
    found = cache.load(KEY)
    assert found.engine is None and 'belongs to something else' in found.why


def truncate(engine, sidecar):
    engine.write_bytes(ENGINE[:100])


def empty(engine, sidecar):
    engine.write_bytes(b'')


def flip_a_bit(engine, sidecar):
    engine.write_bytes(ENGINE[:50] + bytes([ENGINE[50] ^ 1]) + ENGINE[51:])


def lose_the_engine(engine, sidecar):
    engine.unlink()


def lose_the_sidecar(engine, sidecar):
    sidecar.unlink()


def cut_the_sidecar(engine, sidecar):
    sidecar.write_bytes(sidecar.read_bytes()[:40])


def make_the_sidecar_a_list(engine, sidecar):
    sidecar.write_text('[]')


def nest_the_sidecar(engine, sidecar):
    sidecar.write_text('[' * 60000)


def put_a_folder_in_its_place(engine, sidecar):
    engine.unlink()
    engine.mkdir()


SPOILERS = [truncate, empty, flip_a_bit, lose_the_engine, lose_the_sidecar, cut_the_sidecar,
            make_the_sidecar_a_list, nest_the_sidecar, put_a_folder_in_its_place]  # fmt: skip


@pytest.mark.parametrize('spoil', SPOILERS, ids=lambda spoil: spoil.__name__)
def test_a_spoilt_engine_is_none_with_a_reason_and_can_be_written_again(cache, tmp_path, spoil):
    spoil(*files(tmp_path))
    found = cache.load(KEY)
    assert found.engine is None and KEY.stem in found.why and '\n' not in found.why
    if spoil is put_a_folder_in_its_place:
        with pytest.raises(EngineError, match='cannot be written: Is a directory'):
            cache.store(KEY, ENGINE)
        return
    cache.store(KEY, ENGINE)
    assert cache.load(KEY).engine == ENGINE


@settings(deadline=None)  # a file system may be slow
@given(st.data())
def test_any_damage_to_either_file_gives_the_engine_or_none(data):
    with tempfile.TemporaryDirectory() as folder:
        cache = EngineCache(Path(folder))
        cache.store(KEY, ENGINE)
        victim = data.draw(st.sampled_from(files(Path(folder))))
        content = bytearray(victim.read_bytes())
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, len(content)))
        content[start:end] = data.draw(st.binary(max_size=64))
        victim.write_bytes(content)
        assert cache.load(KEY).engine in (ENGINE, None)


@contextmanager
def somebody_else():
    """Lose the rights of root, if these are ours."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def common(cache):
    """A cache in a folder that belongs to `somebody_else`."""
    folder = Path(tempfile.mkdtemp())
    other = EngineCache(folder)
    other.store(KEY, ENGINE)
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            os.chown(path, NOBODY, NOBODY)
    yield other
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_an_unreadable_engine_is_none_with_a_reason_and_can_be_replaced(common):
    files(common.folder)[0].chmod(0)
    with somebody_else():
        found = common.load(KEY)
        assert found.engine is None and 'Permission denied' in found.why
        common.store(KEY, ENGINE)
        assert common.load(KEY).engine == ENGINE


def test_a_read_only_folder_serves_what_it_has_and_refuses_more_in_one_line(common):
    common.folder.chmod(0o555)
    other = replace(KEY, graph='keyframe')
    with somebody_else():
        assert common.load(KEY).engine == ENGINE
        for write in (
            common.require_writable,
            lambda: common.store(other, b''),
            lambda: common.lock(other, lambda: None).__enter__(),
        ):
            with pytest.raises(EngineError, match='cannot be written: Permission denied; .* set'):
                write()


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / 'file').write_text('')
    cache = EngineCache(tmp_path / 'file' / 'engines')
    assert cache.load(KEY).engine is None
    with pytest.raises(EngineError, match='cannot be written: Not a directory; .* set ACCEL_'):
        cache.require_writable()


def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(cache_module.os, 'fsync', full)
    with pytest.raises(EngineError, match='No space left on device; free some space there, or'):
        EngineCache(tmp_path).store(KEY, ENGINE)
    assert not list(tmp_path.iterdir())


def test_what_a_killed_process_left_half_written_is_removed_in_time(cache, tmp_path):
    old, new = tmp_path / 'old.partial', tmp_path / 'new.partial'
    for path in (old, new):
        path.write_bytes(ENGINE)
    os.utime(old, (0, 0))
    cache.require_writable()
    assert new.exists() and not old.exists()
    assert cache.load(KEY).engine == ENGINE


def test_a_key_is_held_by_one_at_a_time(cache):
    asked = []

    def waiting():
        asked.append(1)
        raise InterruptedError

    with cache.lock(KEY, waiting):
        with pytest.raises(InterruptedError):
            with EngineCache(cache.folder).lock(KEY, waiting):
                raise AssertionError('two have it')
    with cache.lock(KEY, waiting):
        pass
    assert len(asked) == 1


def test_timings_are_kept_for_the_target_whatever_the_graph(cache):
    assert cache.timings(KEY) == b''
    cache.store_timings(KEY, b'measured')
    assert cache.timings(replace(KEY, graph='keyframe')) == b'measured'
    assert cache.timings(OTHERS[-1]) in (b'', b'measured')  # TensorRT refuses another driver's


def test_the_folder_is_the_one_asked_for(monkeypatch, tmp_path):
    monkeypatch.delenv('ACCEL_ENGINE_CACHE', raising=False)
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    assert EngineCache().folder == tmp_path / 'accel_ros' / 'engines'
    monkeypatch.setenv('ACCEL_ENGINE_CACHE', str(tmp_path / 'mine'))
    assert EngineCache().folder == tmp_path / 'mine'
