# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Builds in a process of their own: real ones, and ones that go wrong."""

import os
import signal
import sys
import time

import pytest
from support.bundles import write_bundle

from accel_ros.engines.tensorrt import child
from accel_ros.engines.tensorrt.build import BuildCancelled, BuildOptions, OutOfMemory
from accel_ros.engines.tensorrt.child import build_in_child
from accel_ros.engines.watch import Watch
from accel_ros.errors import EngineError

SM86 = BuildOptions(compute_capability='SM86')


@pytest.fixture(scope='module')
def graph(tmp_path_factory):
    return write_bundle(tmp_path_factory.mktemp('bundle')) / 'propagate.onnx'


def test_a_real_build_comes_back_from_the_child(graph):
    pytest.importorskip('tensorrt_rtx', reason='needs TensorRT for RTX (requirements/test.txt)')
    seen = []
    built = build_in_child('tensorrt_rtx', graph, SM86, b'', Watch(report=seen.append))
    assert len(built.engine) > 1000
    assert seen[0].phase == 'Starting'


def test_an_error_comes_back_as_itself(graph):
    pytest.importorskip('tensorrt_rtx', reason='needs TensorRT for RTX (requirements/test.txt)')
    with pytest.raises(EngineError, match='cannot build for SM1'):
        build_in_child('tensorrt_rtx', graph, BuildOptions(compute_capability='SM1'), b'', Watch())


def test_a_missing_tensorrt_comes_back_as_an_error(graph):
    with pytest.raises(EngineError, match=r"cannot be used: .*'no_tensorrt'|KeyError"):
        build_in_child('no_tensorrt', graph, SM86, b'', Watch())


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Let the child run a program of the test's."""

    def write(text):
        (tmp_path / 'odd_child.py').write_text(text)
        monkeypatch.setattr(sys, 'path', [str(tmp_path), *sys.path])
        monkeypatch.setattr(child, 'PROGRAM', 'odd_child')

    return write


def test_a_build_that_never_asks_is_cancelled_all_the_same(graph, program, tmp_path):
    program(f'import os, time; open({str(tmp_path / "pid")!r}, "w").write(str(os.getpid()))\n'
            'time.sleep(600)')  # fmt: skip
    seen = []

    def cancelled():
        return (tmp_path / 'pid').exists() and bool((tmp_path / 'pid').read_text())

    start = time.monotonic()
    with pytest.raises(BuildCancelled, match='propagate.onnx was cancelled'):
        build_in_child('tensorrt', graph, SM86, b'', Watch(seen.append, cancelled))
    assert time.monotonic() - start < 100, 'the child was not waited for'
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / 'pid').read_text()), 0)


def test_a_silent_build_is_reported_on_all_the_same(graph, program, monkeypatch):
    monkeypatch.setattr(child, 'BEAT_S', 0.01)
    program('import time; time.sleep(600)')
    seen = []
    with pytest.raises(BuildCancelled):
        watch = Watch(seen.append, lambda: len(seen) > 5)
        build_in_child('tensorrt', graph, SM86, b'', watch)
    assert len(seen) == 6


@pytest.mark.parametrize(
    'text, kind, complaint',
    [
        (
            'import os, signal; os.kill(os.getpid(), signal.SIGKILL)',
            OutOfMemory,
            'was killed, most likely because the memory of this computer ran out',
        ),
        (
            'import os, signal; os.kill(os.getpid(), signal.SIGSEGV)',
            EngineError,
            f'ended by signal {int(signal.SIGSEGV)}: it said nothing; accel-ros doctor',
        ),
        ('raise SystemExit("no luck")', EngineError, 'ended with status 1: no luck'),
        (
            'import os, sys; os.write(int(sys.argv[2]), b\'{"error": "OutOfMemory", \''
            'b\'"text": "none left"}\\n\')',
            OutOfMemory,
            'none left',
        ),
    ],
)
def test_a_child_that_fails_is_one_clear_error(graph, program, text, kind, complaint):
    program(text)
    with pytest.raises(kind, match=complaint):
        build_in_child('tensorrt', graph, SM86, b'', Watch())
