# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Budget first, then drops, then quality, then latency; and the reason says so."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.figures import run

from accel_ros.report.recommend import FEW_DROPS, SAME_QUALITY, recommend


def test_the_best_within_the_budget():
    advice = recommend([run(1, miou=75, age=300), run(5, miou=72), run(10, miou=70)], 100)
    assert advice['interval'] == 5 and advice['within_budget']
    assert '2 of 3 runs stay within the budget of 100 ms' in advice['why']
    assert 'the highest mIoU, 72.0 %' in advice['why']


def test_drops_count_more_than_quality():
    advice = recommend([run(1, miou=75, drops=40.0), run(5, miou=72, drops=0.5)], 100)
    assert advice['interval'] == 5 and 'drops hardly an image' in advice['why']


def test_where_all_drop_the_fewest():
    advice = recommend([run(1, miou=75, drops=60.0), run(5, miou=72, drops=20.0)], 100)
    assert advice['interval'] == 5 and 'drops the fewest images (20 %)' in advice['why']


def test_equal_quality_goes_to_the_quicker():
    advice = recommend([run(5, miou=72.05, age=90), run(10, miou=72.0, age=40)], 100)
    assert advice['interval'] == 10 and 'it is the quickest' in advice['why']


def test_nothing_within_the_budget_says_what_to_do():
    advice = recommend([run(1, age=300), run(5, age=200)], 100)
    assert not advice['within_budget'] and advice['interval'] == 5
    assert 'No run stays within the budget' in advice['why'] and 'bigger budget' in advice['why']


def test_without_recorded_times_the_time_for_an_image_counts():
    runs = [run(1, real_time=None, miou=75), run(5, real_time=None)]
    runs[0]['time_ms']['all']['p95'] = 500.0
    advice = recommend(runs, 100)
    assert advice['interval'] == 5 and 'time for an image' in advice['why']


def test_without_labels_frame_by_frame_agrees_with_itself():
    longer = {'pixels': 96.0, 'miou': 80.0, 'iou': {}, 'by_distance': [], 'frames': 20}
    runs = [run(1, accuracy=None, age=300), run(5, accuracy=None, agreement=longer)]
    advice = recommend(runs, 100)
    assert advice['quality_is'] == 'agreement' and advice['quality'] == 96.0
    assert recommend(runs, 1000)['interval'] == 1


def test_without_labels_bundles_are_not_ranked():
    def agreeing(bundle, interval, pixels):
        counts = {'pixels': pixels, 'miou': 80.0, 'iou': {}, 'by_distance': [], 'frames': 20}
        return run(interval, bundle, accuracy=None, agreement=counts)

    runs = [agreeing('strong', 5, 94.0), agreeing('strong', 10, 93.0), agreeing('weak', 5, 99.0)]
    advice = recommend(runs, 100)
    assert (advice['bundle'], advice['interval']) == ('strong', 5)
    assert 'bundles cannot be ranked' in advice['why']


FIGURES = st.tuples(st.integers(0, 100), st.integers(1, 300), st.integers(0, 100))


@settings(deadline=None)
@given(st.lists(FIGURES, min_size=1, max_size=8), st.integers(1, 300))
def test_no_other_run_would_have_been_better(figures, budget):
    runs = [run(n + 1, miou=q, age=a, drops=float(d)) for n, (q, a, d) in enumerate(figures)]
    advice = recommend(runs, budget)
    within = [(q, a, d) for q, a, d in figures if a <= budget]
    assert advice['within_budget'] == bool(within)
    if not within:
        assert advice['latency_ms'] == min(a for _, a, _ in figures)
        return
    least = min(d for _, _, d in within)
    assert advice['drop_share'] <= least + FEW_DROPS
    assert advice['latency_ms'] <= budget
    rivals = [q for q, _, d in within if d <= least + FEW_DROPS]
    assert advice['quality'] == pytest.approx(max(rivals), abs=SAME_QUALITY)
