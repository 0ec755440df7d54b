# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The worst frames, far enough apart, with pictures that are there and no others."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accel_ros.pipeline import Frame
from accel_ros.replay.footage import Shot
from accel_ros.replay.worst import APART, KEPT, WIDTH, WorstFrames

IMAGE = np.full((30, 40, 3), 90, np.uint8)


def offer(worst, number, share, labels=None):
    labels = np.zeros((30, 40), np.uint8) if labels is None else labels
    worst.offer(Shot(number, Frame(IMAGE, 'rgb8'), 0), labels, labels, share, 'true labels')


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=80))
def test_the_worst_are_kept(tmp_path_factory, bundle, shares):
    folder = tmp_path_factory.mktemp('worst')
    worst = WorstFrames(folder, bundle.classes)
    for number, share in enumerate(shares):
        offer(worst, number, share)
    kept = worst.entries
    assert kept[0]['share'] == min(shares) and len(kept) <= KEPT
    assert [e['share'] for e in kept] == sorted(e['share'] for e in kept)
    numbers = sorted(e['number'] for e in kept)
    assert all(b - a >= APART for a, b in zip(numbers, numbers[1:]))
    assert {file.name for file in folder.iterdir()} == {e['file'] for e in kept}


def test_a_strip_shows_image_labels_expected_and_difference(tmp_path, bundle):
    worst = WorstFrames(tmp_path, bundle.classes)
    labels, expected = np.zeros((30, 40), np.uint8), np.zeros((30, 40), np.uint8)
    expected[:, 20:] = 3
    expected[:10] = 255  # does not count
    worst.offer(Shot(7, Frame(IMAGE, 'rgb8'), 0), labels, expected, 0.4, 'true labels')
    strip = cv2.imread(str(tmp_path / '00000007.jpg'))[..., ::-1]
    height = round(WIDTH * 30 / 40)
    assert strip.shape[:2] == (height, 4 * (WIDTH + 4))
    left = 3 * (WIDTH + 4)
    same, different, void = (
        strip[y, left + x] for y, x in ((height - 9, 60), (height - 9, 400), (20, 60))
    )
    assert different == pytest.approx([255, 60, 40], abs=12)
    assert same == pytest.approx([30, 30, 30], abs=8) and void == pytest.approx([0] * 3, abs=8)
