# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import json

import pytest
from support.bundles import write_bundle

from accel_ros.cli import main

PERCENTILES = {'count', 'mean', 'p50', 'p95', 'p99', 'max'}


@pytest.fixture
def bench(tmp_path, capsys, monkeypatch):
    """Run the command; return its table and its JSON."""
    monkeypatch.setenv('ACCEL_ENGINE_CACHE', str(tmp_path / 'engines'))

    def run(path, *words):
        file = tmp_path / 'bench.json'
        command = ['bench', '--bundle', str(path), '--frames', '6', '--interval', '3']
        assert main([*command, '--json', str(file), *words]) == 0
        return capsys.readouterr().out, json.loads(file.read_text())

    return run


def test_keyframes_and_updates_are_told_apart_by_percentiles(bench, bundle_path):
    text, report = bench(bundle_path, '--backend', 'onnxruntime')
    assert set(report['graphs']) == {'keyframe', 'update', 'landing'}
    for values in report['graphs'].values():
        assert set(values) == PERCENTILES and values['count'] == 6
    frames = report['frames']
    assert (frames['key']['count'], frames['update']['count'], frames['interval']) == (2, 4, 3)
    assert frames['key']['p50'] > 0
    for word in ('p50', 'p99', 'frame, key', 'frame, update', 'onnxruntime'):
        assert word in text


def test_a_frame_by_frame_bundle_has_only_keyframes(bench, tmp_path):
    text, report = bench(write_bundle(tmp_path / 'frame', 'frame'), '--backend', 'onnxruntime')
    assert set(report['graphs']) == {'keyframe'} and 'frame, update' not in text


def test_the_tensorrt_backend_is_timed_too(bench, bundle_path, build_in_place, gpu, monkeypatch):
    monkeypatch.setattr('accel_ros.commands.bench.time.sleep', lambda seconds: gpu.work())
    _, report = bench(bundle_path, '--backend', 'tensorrt')
    assert report['engine'] == 'TensorRT 10.3.0 on Simulated GPU (as asked for)'


@pytest.mark.parametrize('words', [['--frames', '0'], ['--interval', '0']])
def test_nothing_to_time_is_one_line(bundle_path, capsys, words):
    assert main(['bench', '--bundle', str(bundle_path), '--backend', 'onnxruntime', *words]) == 1
    assert capsys.readouterr().err.count('\n') == 1
