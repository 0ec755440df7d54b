# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import time

import pytest

from accel_ros.timing import Stopwatch, percentiles, summarize


def test_percentiles_of_known_times():
    result = percentiles(range(101))
    assert result == {'count': 101, 'mean': 50, 'p50': 50, 'p95': 95, 'p99': 99, 'max': 100}


def test_percentiles_of_nothing_are_zero():
    assert set(percentiles([]).values()) == {0}


def test_the_summary_tells_the_kinds_apart():
    summary = summarize([('key', 10.0), ('update', 2.0), ('update', 4.0)])
    assert summary['key']['max'] == 10.0
    assert summary['update'] == pytest.approx(
        {'count': 2, 'mean': 3, 'p50': 3, 'p95': 3.9, 'p99': 3.98, 'max': 4}
    )
    assert summary['all']['count'] == 3


def test_laps_add_up_to_the_total():
    watch = Stopwatch()
    time.sleep(0.002)
    laps = [watch.lap_ms(), watch.lap_ms()]
    assert laps[0] >= 2.0
    assert sum(laps) <= watch.total_ms()
