# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The command line `accel-model` as a whole."""

from __future__ import annotations

import sys

import pytest

from accel_model.cli import main


def test_every_command_of_the_readme_is_there(capsys):
    with pytest.raises(SystemExit) as ended:
        main(['--help'])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert all(name in text for name in ('import-mxnet', 'train', 'evaluate', 'export'))


def test_without_torch_one_line_says_what_to_install(monkeypatch, capsys):
    for name in [name for name in sys.modules if name.startswith('accel_model.')]:
        if name != 'accel_model.cli':
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, 'torch', None)
    assert main(['evaluate']) == 1
    error = capsys.readouterr().err
    assert error.count('\n') == 1
    assert 'torch is not installed' in error and '.[train]' in error


def test_a_wrong_command_line_is_one_line_with_status_2(capsys):
    with pytest.raises(SystemExit) as ended:
        main(['export', '--size', 'huge'])
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert error.count('\n') == 1 and 'huge' in error
