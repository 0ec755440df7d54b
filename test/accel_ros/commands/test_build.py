# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Real builds from the command line, by TensorRT for RTX; it needs no GPU for them."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pytest
from support.shared import REPOSITORY

from accel_ros.cli import main

pytest.importorskip('tensorrt_rtx', reason='needs TensorRT for RTX (requirements/test.txt)')


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The engine cache."""
    monkeypatch.setenv('ACCEL_ENGINE_CACHE', str(tmp_path / 'engines'))
    return tmp_path / 'engines'


def test_engines_for_another_machine_are_built_once(tmp_path, capsys):
    command = ['build', '--target', 'SM86']
    assert main([*command, '--json', str(tmp_path / 'result.json')]) == 0
    streams = capsys.readouterr()
    assert streams.out.startswith('accel-lite for cards of compute capability 8.6, with tensorrt_')
    assert len(re.findall(r'(keyframe|update|propagate) +built, ', streams.out)) == 3
    assert 'building: keyframe (1/3): Starting, 0 %' in streams.err
    result = json.loads((tmp_path / 'result.json').read_text())
    assert {engine['graph'] for engine in result['engines']} == {'keyframe', 'update', 'propagate'}
    for engine in result['engines']:
        assert os.path.getsize(engine['file']) == engine['bytes'] and not engine['cached']
    assert main(command) == 0
    assert capsys.readouterr().out.count('was there, ') == 3


def complaint(capsys, *words):
    assert main(['build', *words]) == 1
    return capsys.readouterr().err


def test_what_is_wrong_is_one_line(bundle_path, capsys, tmp_path, monkeypatch):
    words = ['--bundle', str(bundle_path), '--target']
    assert 'mango is no architecture' in complaint(capsys, *words, 'mango')
    assert 'cannot build for SM33' in complaint(capsys, '--target', 'SM33')
    assert 'type of UINT8; export the bundle again' in complaint(capsys, *words, 'SM86')
    assert 'no such folder' in complaint(capsys, '--bundle', '/nowhere')
    (tmp_path / 'file').write_text('')
    monkeypatch.setenv('ACCEL_ENGINE_CACHE', str(tmp_path / 'file'))
    assert 'cannot be written' in complaint(capsys, *words, 'SM86')
    monkeypatch.setenv('ACCEL_TENSORRT_WORKSPACE_MIB', 'all')
    assert "is 'all' and has to be a number of MiB" in complaint(capsys, *words, 'SM86')


# A shell that starts the tests in the background has their processes ignore Ctrl-C.
SLOW = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from accel_ros.engines.tensorrt import child
child.PROGRAM = 'slow_child'
sys.path.insert(0, sys.argv.pop(1))
from accel_ros.cli import main
sys.exit(main())
"""
SLOW_CHILD = """
import os, sys, time
with open(sys.argv[1] + '/../pid', 'w') as file:
    file.write(str(os.getpid()))
os.write(int(sys.argv[2]), b'{"phase": "Timing tactics", "percent": 30}\\n')
time.sleep(600)
"""


def test_ctrl_c_on_a_terminal_stops_a_build_that_never_asks(bundle_path, folder, tmp_path):
    (tmp_path / 'slow_child.py').write_text(SLOW_CHILD)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 100, 0, 0))
    command = [sys.executable, '-c', SLOW, str(tmp_path), 'build', '--bundle', str(bundle_path)]
    process = subprocess.Popen(
        [*command, '--target', 'SM86'], stdin=theirs, stdout=theirs, stderr=theirs,
        cwd=REPOSITORY, env={**os.environ, 'TMPDIR': str(tmp_path)},
    )  # fmt: skip
    os.close(theirs)
    seen = _read_until(ours, b'Timing tactics')
    assert b'keyframe (1/3): Timing tactics' in seen and b' 10 %' in seen
    process.send_signal(signal.SIGINT)
    assert b'accel-ros: interrupted' in _read_until(ours, b'interrupted')
    assert process.wait(30) == 130
    os.close(ours)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / 'pid').read_text()), 0)
    assert not list(folder.glob('*.engine')) and not list(folder.glob('*.partial'))


def _read_until(terminal, word, seconds=60):
    seen, end = b'', time.monotonic() + seconds
    while word not in seen:
        assert time.monotonic() < end, seen
        if select.select([terminal], [], [], 0.1)[0]:
            seen += os.read(terminal, 4096)
    return seen
