# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What is counted for a row, and the figures that come of it."""

from __future__ import annotations

import numpy as np
import pytest
from support.videos import SIZE, PanningVideo

from accel_model.evaluate.protocol import Step
from accel_model.evaluate.result import EvaluationError, Result, Times
from accel_ros.classes import ClassTable
from accel_ros.metrics import Confusion

CLASSES = ClassTable.named('cityscapes')
VIDEO = PanningVideo(4)


def guess(index, seed=0):
    """Return labels that are right in about two thirds of the pixels."""
    rng = np.random.default_rng(seed + index)
    truth = VIDEO.labels(index)
    wrong = rng.integers(0, 4, SIZE, dtype=np.uint8)
    return np.where((rng.random(SIZE) < 0.6) & (truth != 255), truth, wrong)


def test_figures_are_those_of_the_cumulative_matrix():
    result, whole, near = Result('net', 'accel', 2, CLASSES), Confusion(19, 255), None
    for index, (distance, counts) in enumerate([(0, True), (1, False), (0, True), (1, True)]):
        result.add(Step(VIDEO, index, distance, counts), guess(index), 1.0, None)
        if counts:
            whole.add(VIDEO.labels(index), guess(index))
        if index == 3:
            near = Confusion(19, 255)
            near.add(VIDEO.labels(index), guess(index))
    row = result.row()
    assert row.frames == 3
    assert row.miou == pytest.approx(100 * whole.mean_iou, abs=0.005)
    assert row.pixel_accuracy == pytest.approx(100 * whole.pixel_accuracy, abs=0.005)
    assert row.iou[3] is not None and row.iou[4:] == (None,) * 15
    assert np.array_equal(row.confusion, whole.matrix)
    assert [(at.distance, at.frames) for at in row.by_distance] == [(0, 2), (1, 1)]
    assert row.by_distance[1].miou == pytest.approx(100 * near.mean_iou, abs=0.005)


def test_times_are_kept_by_kind():
    result = Result('net', 'accel', 3, CLASSES)
    for index, (distance, milliseconds) in enumerate([(0, 50.0), (1, 10.0), (2, 20.0)]):
        labels = VIDEO.labels(index)
        result.add(Step(VIDEO, index, distance, False), labels, milliseconds, None)
    row = result.row()
    assert row.key_ms == Times(1, 50, 50, 50)
    assert row.update_ms == Times(2, 15, 15, 19.5)
    assert row.frame_ms == pytest.approx((50 + 2 * 15) / 3, abs=0.005)
    assert row.frames == 0 and row.miou is None and row.by_distance == ()


def test_frame_by_frame_a_frame_is_a_keyframe():
    result = Result('net', 'reference', 1, CLASSES)
    for milliseconds in (10.0, 30.0, 20.0):
        result.add(Step(VIDEO, 0, 0, False), VIDEO.labels(0), milliseconds, None)
    assert result.row().frame_ms == 20 and result.row().update_ms is None


def test_consistency_needs_the_frame_added_before():
    result = Result('net', 'accel', 2, CLASSES)
    same = np.arange(SIZE[0] * SIZE[1], dtype=np.int32).reshape(SIZE)
    zeros, ones = np.zeros(SIZE, np.uint8), np.ones(SIZE, np.uint8)
    for labels, match in [(zeros, same), (zeros, same), (ones, None), (zeros, same)]:
        result.add(Step(VIDEO, 0, 0, False), labels, 1.0, match)
    assert result.row().temporal_consistency == 50


def test_nothing_to_measure_is_nothing():
    row = Result('net', 'dff', 5, CLASSES).row()
    assert (row.frames, row.miou, row.pixel_accuracy, row.temporal_consistency) == (0, *[None] * 3)
    assert (row.key_ms, row.update_ms, row.frame_ms) == (None, None, None)


def test_labels_of_another_size_are_one_line():
    result = Result('net', 'accel', 2, CLASSES)
    with pytest.raises(EvaluationError, match='pan:2: .* cannot be compared'):
        result.add(Step(VIDEO, 2, 0, True), np.zeros((3, 4), np.uint8), 1.0, None)
