# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Long recordings are thinned without hiding their peaks."""

import sys

import numpy as np
import pytest

from accel_ros.errors import AccelError
from accel_ros.report import drawing


def test_short_ones_stay_as_they_are():
    x, y = np.arange(10), np.arange(10.0)
    assert drawing.thin(x, y)[1] is y


@pytest.mark.parametrize('count', [drawing.POINTS + 1, 10 * drawing.POINTS + 7])
def test_the_highest_of_neighbours_is_left(count):
    y = np.zeros(count)
    y[count // 3] = 9.0
    x, thinned = drawing.thin(np.arange(count), y)
    assert len(x) == len(thinned) <= drawing.POINTS
    assert thinned.max() == 9.0 and x[0] == 0


def test_without_matplotlib_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, 'matplotlib.figure', None)
    with pytest.raises(AccelError, match=r'pip install matplotlib .*\[report\]'):
        drawing.need_matplotlib()
