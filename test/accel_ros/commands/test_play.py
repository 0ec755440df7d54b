# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-ros play` and `record` where they cannot work; test/node/test_replay.py is the rest."""

import sys

import pytest

from accel_ros.cli import main


@pytest.mark.parametrize(
    'arguments, room',
    [
        (['play', 'bag'], 'accel_ros.live.player'),
        (['record', '-o', 'x'], 'accel_ros.live.recorder'),
    ],
)
def test_without_ros_it_says_what_is_missing(monkeypatch, capsys, arguments, room):
    monkeypatch.setitem(sys.modules, room, None)
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert 'needs ROS 2' in said and said.count('\n') == 1


@pytest.mark.parametrize('option', ['--rate', '--clock', '--wait'])
@pytest.mark.parametrize('value', ['0', '-1', 'fast', 'nan'])
def test_what_is_no_number_above_0(capsys, option, value):
    with pytest.raises(SystemExit) as ended:
        main(['play', 'bag', option, value])
    assert ended.value.code == 2 and 'no number above 0' in capsys.readouterr().err
