# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What the command lines share: numbers as a user writes them."""

from __future__ import annotations

import argparse

import pytest

from accel_ros.commandline import intervals, positive


@pytest.mark.parametrize(
    'text, values',
    [
        ('1,2,5,10', [1, 2, 5, 10]),
        ('1-10', list(range(1, 11))),
        ('5, 2', [2, 5]),
        ('1-3,2,10', [1, 2, 3, 10]),
        ('7', [7]),
    ],
)
def test_intervals(text, values):
    assert intervals(text) == values


@pytest.mark.parametrize(
    'text', ['', '0', '0-3', '5-2', '1,', 'two', '-1', '1.5', '1--2', '99999']
)
def test_what_is_no_interval(text):
    with pytest.raises(argparse.ArgumentTypeError):
        intervals(text)


def test_a_number_above_0():
    assert positive('0.5') == 0.5


@pytest.mark.parametrize('text', ['0', '-1', 'nan', 'inf', 'x', ''])
def test_what_is_no_number_above_0(text):
    with pytest.raises(argparse.ArgumentTypeError, match='no number above 0'):
        positive(text)
