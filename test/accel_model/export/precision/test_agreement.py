# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""How agreement is counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.bundles import write_bundle

from accel_model.export.precision.agreement import Comparison, compare
from accel_model.export.precision.footage import made_up
from accel_ros.bundle import Bundle
from accel_ros.classes import ClassTable


def labels(*values: int) -> np.ndarray:
    return np.uint8(values).reshape(1, 2, 2)


def test_labels_are_counted_by_frame_and_against_the_truth() -> None:
    comparison = Comparison(ClassTable.named('camvid'))
    comparison.add(labels(0, 1, 2, 3), labels(0, 1, 2, 4), None)
    comparison.add(labels(0, 0, 1, 1), labels(0, 1, 1, 1), np.uint8([[0, 0], [1, 1]]))
    assert comparison.shares == [0.75, 0.75] and comparison.labels == 0.75
    assert comparison.single.mean_iou == 1.0
    assert comparison.lower.mean_iou == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert comparison.is_labelled


def test_a_truth_of_another_size_is_met_at_its_own() -> None:
    comparison = Comparison(ClassTable.named('camvid'))
    truth = np.uint8([[0, 1], [2, 3]]).repeat(3, 0).repeat(3, 1)
    comparison.add(labels(0, 1, 2, 3), labels(0, 1, 2, 3), truth)
    assert comparison.lower.pixel_accuracy == 1.0
    assert comparison.lower.matrix.sum() == truth.size


def test_a_bundle_agrees_with_itself(tmp_path: Path) -> None:
    bundle = Bundle.open(write_bundle(tmp_path / 'tiny'))
    comparison = compare(bundle, bundle, made_up(bundle.manifest).read())
    assert comparison.shares == [1.0, 1.0, 1.0] and not comparison.is_labelled
