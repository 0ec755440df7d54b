# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A bundle's engines, built once however many ask for them."""

import subprocess
import sys
from dataclasses import replace

import pytest
from support.shared import REPOSITORY

from accel_ros.bundle import Bundle
from accel_ros.engines.tensorrt.build import BuildCancelled, BuildOptions, Built
from accel_ros.engines.tensorrt.cache import EngineCache
from accel_ros.engines.tensorrt.key import Target
from accel_ros.engines.tensorrt.prepare import Preparation
from accel_ros.engines.watch import Progress, Watch
from accel_ros.errors import EngineError

TARGET = Target('tensorrt', '10.3.0', 'Orin', '8.7', 12)


class Builder:
    """Builds engines that name their graph, and remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, flavour, graph, options, timings, watch):
        self.asked.append((flavour, graph.name, timings))
        watch.report(Progress('Working', 50.0))
        return Built(graph.name.encode(), timings + b'+')


def prepare(bundle, folder, builder, target=TARGET):
    return Preparation(bundle, target, BuildOptions(), EngineCache(folder), builder)


def test_engines_are_built_once_and_every_build_hands_its_timings_on(bundle, tmp_path):
    builder, seen = Builder(), []
    first = dict(prepare(bundle, tmp_path, builder).each(Watch(report=seen.append)))
    assert [one.engine for one in first.values()] == [
        b'keyframe.onnx', b'update.onnx', b'propagate.onnx'
    ]  # fmt: skip
    assert [timings for _, _, timings in builder.asked] == [b'', b'+', b'++']
    assert [str(progress) for progress in seen] == [
        'keyframe (1/3): Working, 17 %',
        'update (2/3): Working, 50 %',
        'propagate (3/3): Working, 83 %',
    ]
    again = dict(prepare(bundle, tmp_path, builder).each(Watch()))
    assert len(builder.asked) == 3 and all(one.cached for one in again.values())


def test_another_gpu_gets_its_own(bundle, tmp_path):
    builder = Builder()
    list(prepare(bundle, tmp_path, builder).each(Watch()))
    list(prepare(bundle, tmp_path, builder, replace(TARGET, gpu='Xavier')).each(Watch()))
    assert len(builder.asked) == 6
    assert builder.asked[3][2] == b'', 'timings of another GPU are not used'


def test_a_damaged_engine_is_built_again_with_one_clear_line(bundle, tmp_path, caplog):
    builder = Builder()
    one = prepare(bundle, tmp_path, builder).one('update', Watch())
    (tmp_path / f'{one.key.stem}.engine').write_bytes(b'damage')
    again = prepare(bundle, tmp_path, builder).one('update', Watch())
    assert not again.cached and again.engine == b'update.onnx'
    assert 'is damaged: its hash is not the one written; it is built again' in caplog.text


def test_a_build_is_asked_for_again_on_request(bundle, tmp_path):
    builder = Builder()
    prepare(bundle, tmp_path, builder).one('update', Watch())
    assert not prepare(bundle, tmp_path, builder).one('update', Watch(), rebuild=True).cached


def test_a_folder_that_cannot_be_written_is_found_out_before_the_build(bundle, tmp_path):
    (tmp_path / 'file').write_text('')
    builder = Builder()
    with pytest.raises(EngineError, match='cannot be written'):
        prepare(bundle, tmp_path / 'file', builder).one('update', Watch())
    assert not builder.asked


def test_waiting_for_another_process_can_be_cancelled(bundle, tmp_path):
    preparation = prepare(bundle, tmp_path, Builder())
    seen = []
    watch = Watch(seen.append, lambda: len(seen) > 0)
    key = preparation.one('update', Watch()).key
    EngineCache(tmp_path).discard(key)
    with EngineCache(tmp_path).lock(key, lambda: None):
        with pytest.raises(BuildCancelled, match='waiting for the engine of update was cancelled'):
            preparation.one('update', watch)
    assert seen[0].phase == 'waiting for another process that builds it'


PROGRAM = """
import sys, time
from pathlib import Path
from accel_ros.bundle import Bundle
from accel_ros.engines.tensorrt.build import BuildOptions, Built
from accel_ros.engines.tensorrt.cache import EngineCache
from accel_ros.engines.tensorrt.key import Target
from accel_ros.engines.tensorrt.prepare import Preparation
from accel_ros.engines.watch import Watch

folder = Path(sys.argv[2])

def build(flavour, graph, options, timings, watch):
    with (folder / 'log').open('a') as log:
        log.write('built\\n')
    time.sleep(0.5)
    return Built(graph.name.encode(), b'')

print('here', flush=True)
sys.stdin.readline()
target = Target('tensorrt', '10.3.0', 'Orin', '8.7', 12)
one = Preparation(Bundle.open(sys.argv[1]), target, BuildOptions(), EngineCache(folder), build)
print(one.one('update', Watch()).engine.decode())
"""


def test_two_processes_at_once_build_one_engine(bundle: Bundle, tmp_path):
    command = [sys.executable, '-c', PROGRAM, str(bundle.path), str(tmp_path)]
    both = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
        )
        for _ in range(2)
    ]
    for process in both:
        assert process.stdout.readline() == 'here\n'
    for process in both:
        process.stdin.write('go\n')
        process.stdin.flush()
    assert [process.communicate()[0] for process in both] == ['update.onnx\n'] * 2
    assert (tmp_path / 'log').read_text() == 'built\n'
