# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The JSON file is whole at any time."""

from __future__ import annotations

import json

import pytest
import torch

from accel_model.evaluate import report
from accel_model.evaluate.result import Result
from accel_ros.classes import ClassTable


def test_the_machine_is_described():
    machine = report.machine(torch.device('cpu'))
    assert machine['torch'] == torch.__version__
    assert machine['threads'] == torch.get_num_threads()
    assert machine['name'] and machine['device'] and machine['system']


def test_rows_are_added_to_the_heading(tmp_path):
    row = Result('net', 'accel', 5, ClassTable.named('camvid')).row()
    for count in (1, 2):
        report.write(tmp_path / 'report.json', {'dataset': 'camvid'}, [row] * count)
        content = json.loads((tmp_path / 'report.json').read_text())
        assert content['dataset'] == 'camvid' and len(content['results']) == count
    assert content['results'][0]['iou'] == [None] * 11
    assert [path.name for path in tmp_path.iterdir()] == ['report.json']


def test_a_file_that_cannot_be_written_stays_as_it_is(tmp_path):
    path = tmp_path / 'report.json'
    path.write_text('{}')
    with pytest.raises(TypeError):
        report.write(path, {'dataset': object()}, [])
    assert path.read_text() == '{}'
    assert [p.name for p in tmp_path.iterdir()] == ['report.json']
