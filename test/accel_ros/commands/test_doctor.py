# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import json
from dataclasses import replace

import numpy as np
import pytest

from accel_ros.cli import main
from accel_ros.commands import checks, doctor, parity
from accel_ros.engines import select


@pytest.fixture
def examine(bundle_path, tmp_path, capsys, monkeypatch):
    """Run the command; return its table and its rows by name."""
    monkeypatch.setenv('ACCEL_ENGINE_CACHE', str(tmp_path / 'engines'))

    def run():
        file = tmp_path / 'doctor.json'
        assert main(['doctor', '--bundle', str(bundle_path), '--json', str(file)]) == 0
        rows = {row['what']: row for row in json.loads(file.read_text())}
        return capsys.readouterr().out, rows

    return run


@pytest.fixture
def only(monkeypatch):
    """Leave only some packages installed."""

    def leave(*packages):
        def find_spec(name):
            return 'here' if name in packages else None

        monkeypatch.setattr(select, 'find_spec', find_spec)
        monkeypatch.setattr(checks, 'find_spec', find_spec)

    return leave


def test_without_a_gpu_it_says_what_is_missing_and_how_to_get_it(examine, only):
    only('onnxruntime')
    text, rows = examine()
    for what in ('tensorrt', 'tensorrt_rtx', 'cuda-python', 'ROS 2'):
        assert rows[what]['state'] == 'missing' and rows[what]['advice'] in text
    assert rows['onnxruntime']['state'] == rows['onnxruntime with CPU']['state'] == 'works'
    assert rows['onnxruntime with CUDA']['advice'] == 'install onnxruntime-gpu'
    assert rows['bundle']['detail'] == 'tiny-accel, 96x64, fp32'


def test_a_jetson_is_told_about_jetpack(examine, only, monkeypatch, tmp_path):
    only('onnxruntime')
    monkeypatch.setattr(checks, 'JETSON', tmp_path)
    _, rows = examine()
    assert 'apt install python3-libnvinfer' in rows['tensorrt']['advice']
    assert 'JetPack' in rows['cuda-python']['advice']


def test_a_missing_onnxruntime_is_a_row_as_well(examine, only, monkeypatch):
    monkeypatch.setitem(__import__('sys').modules, 'onnxruntime', None)
    only()
    _, rows = examine()
    assert rows['onnxruntime']['state'] == 'missing'
    assert rows['onnxruntime with CPU']['advice'] == 'pip install onnxruntime'


def test_a_gpu_is_examined_and_engines_that_are_not_built_say_so(
    examine, only, build_in_place, monkeypatch
):
    monkeypatch.setattr(checks, 'require_gpu', lambda: None)
    only('onnxruntime', 'tensorrt', 'cuda')
    _, rows = examine()
    assert rows['GPU']['detail'].startswith('Simulated GPU, compute capability 8.7, ')
    assert rows['tensorrt'] == {
        'what': 'tensorrt', 'state': 'works', 'detail': '10.3.0', 'advice': ''
    }  # fmt: skip
    assert rows['TensorRT']['detail'] == 'not built: keyframe, update, propagate'
    assert rows['TensorRT']['advice'].startswith('accel-ros build --bundle ')


def test_every_graph_is_compared_with_onnxruntime(examine, only, build_in_place, bundle):
    only('onnxruntime', 'tensorrt', 'cuda')
    select.open_engine(bundle, 'tensorrt').close()
    _, rows = examine()
    for graph in ('keyframe', 'update', 'propagate'):
        row = rows[f'TensorRT: {graph}']
        assert row['state'] == 'works' and row['detail'].startswith('100.00 % of the labels')


class Wrong:
    """An engine whose updates are wrong."""

    def __init__(self, engine):
        self._engine = engine

    def open_stream(self):
        stream = self._engine.open_stream()
        update = stream.update
        stream.update = lambda image, begin_keyframe=False: replace(
            update(image, begin_keyframe), labels=np.zeros(image.shape[:2], np.uint8)
        )
        return stream


def test_a_graph_that_differs_is_found_out(bundle, engine):
    found = {it.graph: it for it in parity.compare(bundle, Wrong(engine), engine)}
    assert found['keyframe'].agrees and found['keyframe'].labels == 1
    assert not found['update'].agrees and not found['propagate'].agrees
    assert [it.agrees for it in parity.compare(bundle, engine, engine)] == [True] * 3


def test_images_move_and_are_always_the_same(bundle):
    one, two = parity.images(bundle.manifest, 2)
    assert np.array_equal(one[:, parity.SHIFT :], two[:, : -parity.SHIFT])
    assert np.array_equal(parity.images(bundle.manifest, 2)[1], two)
    assert len(np.unique(one[..., 0] // 24)) > 5


def test_the_table_has_what_to_do_below_what_is_wrong():
    rows = [
        checks.Finding('a thing', 'works', 'well', 'never shown'),
        checks.Finding('more', 'missing', 'not there', 'get it'),
    ]
    assert doctor.table(rows).splitlines() == [
        'a thing  works    well',
        'more     missing  not there',
        '                  -> get it',
    ]
