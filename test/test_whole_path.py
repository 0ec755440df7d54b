# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""From the original's weights to labels on disk, by the commands alone."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from support.golden import COMPACT

from accel_model.cli import main as accel_model
from accel_ros.cli import main as accel_ros

INTERVAL = 3  # that of the recording: frames 0 and 3 are keyframes


@pytest.mark.timeout(900)  # an export takes half a minute of one core
def test_the_original_s_clip_gets_the_original_s_labels(tmp_path):
    clip = np.load(COMPACT / 'clip18_w16_64x128_s7.npz')
    images = tmp_path / 'images'
    images.mkdir()
    for index, frame in enumerate(clip['frames_bgr']):
        cv2.imwrite(str(images / f'{index}.png'), frame)
    weights, bundle, out = (str(tmp_path / name) for name in ('weights.pt', 'bundle', 'out'))
    params = str(COMPACT / 'accel-18_w16_64x128_s7-0000.params')

    assert accel_model(['import-mxnet', params, '--variant', 'accel-18', '-o', weights]) == 0
    assert accel_model(['export', '--weights', weights, '--size', '64x128', '-o', bundle]) == 0
    run = ['segment', '--bundle', bundle, '--input', str(images), '--output', out]
    assert accel_ros([*run, '--interval', str(INTERVAL)]) == 0

    frames = json.loads((tmp_path / 'out' / 'timing.json').read_text())['frames']
    assert [frame['kind'] for frame in frames] == ['key', 'update', 'update', 'key', 'update']
    labels = [
        cv2.imread(str(tmp_path / 'out' / 'labels' / f'{index:06d}.png'), cv2.IMREAD_UNCHANGED)
        for index in range(len(frames))
    ]
    recorded = [clip[f'logits_{index}_argmax'][0] for index in range(len(frames))]
    assert np.mean(np.stack(labels) == np.stack(recorded)) >= 0.9999
