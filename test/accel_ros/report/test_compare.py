# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Two reports side by side."""

import copy
import json

import pytest
from support.figures import run

from accel_ros.errors import AccelError
from accel_ros.report.compare import changes, doubts, pairs, read_report, table


def report(*runs, **changes):
    """The content of a report."""
    recording = {'name': 'drive', 'images': 20, 'labels': None}
    content = {
        'format': 1,
        'machine': {'processor': 'some'},
        'engines': ['onnxruntime'],
        'settings': {'side by side': 1},
        'recordings': [recording],
        'runs': list(runs),
    }
    return {**content, **changes}


def test_the_change_of_every_measure():
    found = pairs(report(run(5, miou=70.0)), report(run(5, miou=72.5, age=20.0), run(7)))
    head, [row] = table(found)
    values = dict(zip(head, row))
    assert values['bundle'] == 'tiny' and values['quality %'] == '70.0 → 72.5 (+2.5)'
    assert values['latency ms p95'] == '50.0 → 20.0 (-30.0)'
    assert changes(found[0])['latency ms p95'] == {'before': 50.0, 'after': 20.0, 'change': -30.0}
    unknown = pairs(report(run(5, real_time=None)), report(run(5)))[0]
    assert changes(unknown)['dropped %'] == {'before': None, 'after': 0.0, 'change': None}


def test_bundles_of_other_names_are_compared_where_there_is_one_each():
    [pair] = pairs(report(run(5, 'fp32')), report(run(5, 'fp16')))
    assert table([pair])[1][0][0] == 'fp32 → fp16'
    both = report(run(5, 'fp32'), run(5, 'int8'))
    assert [p.after['bundle'] for p in pairs(both, both)] == ['fp32', 'int8']
    with pytest.raises(AccelError, match='no run in common'):
        pairs(both, report(run(5, 'fp16')))


def test_other_differences_are_named():
    first = report(run(5))
    assert doubts(first, copy.deepcopy(first)) == []
    second = report(run(5), machine={'processor': 'other'}, settings={'side by side': 2})
    lines = doubts(first, second)
    assert lines[0] == 'the processors differ: some and other' and len(lines) == 2


@pytest.mark.parametrize('text', ['', '[]', '{}', '{"format": 99}', 'null'])
def test_what_is_no_report(tmp_path, text):
    (tmp_path / 'report.json').write_text(text)
    with pytest.raises(AccelError, match='is no report that can be read'):
        read_report(tmp_path)


def test_a_report_is_named_by_folder_or_file(tmp_path):
    (tmp_path / 'report.json').write_text(json.dumps(report(run(5))))
    assert read_report(tmp_path) == read_report(tmp_path / 'report.json')
