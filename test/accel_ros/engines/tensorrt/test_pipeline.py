# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The whole pipeline on a simulated GPU, with the network that comes along: as onnxruntime."""

import cv2
import numpy as np
import pytest
from support.bundles import HEIGHT, WIDTH, Arithmetic
from support.shared import REPOSITORY

from accel_ros.bundle import Bundle, default_bundle
from accel_ros.engines import open_engine
from accel_ros.keyframes import AfterFrames, WhenReady
from accel_ros.pipeline import Frame, Pipeline

FILM = REPOSITORY / 'test' / 'data' / 'drive' / 'solidWhiteRight.mp4'
FRAMES = 5


@pytest.fixture(scope='module')
def film():
    """The first frames of a drive, bgr8."""
    video = cv2.VideoCapture(str(FILM))
    images = [video.read()[1] for _ in range(FRAMES)]
    video.release()
    return [Frame(image, 'bgr8', 1 + 40_000_000 * n) for n, image in enumerate(images)]


def test_labels_are_those_of_onnxruntime(open_here, gpu, film):
    bundle = Bundle.open(default_bundle())
    expected = Pipeline(bundle, open_engine(bundle, 'onnxruntime', threads=1), interval=3)
    pipeline = Pipeline(bundle, open_here(bundle), interval=3)
    up = bundle.manifest.height * bundle.manifest.width * 3
    for frame in film:
        gpu.copied.clear()
        found, due = pipeline.process(frame), expected.process(frame)
        assert (found.kind, found.reason) == (due.kind, due.reason)
        assert np.array_equal(found.labels, due.labels)
        assert np.array_equal(found.confidence, due.confidence)
        assert found.drift == due.drift
        down = up // 3 * 2 + (0 if found.kind == 'key' else 4)
        assert gpu.copied == {'host to device': up, 'device to host': down}
    pipeline.close()
    expected.close()


@pytest.mark.parametrize('rule', [AfterFrames(1), AfterFrames(4), WhenReady(6)], ids=str)
def test_keyframes_beside_the_updates_give_the_labels_of_arithmetic(open_here, gpu, bundle, rule):
    rng = np.random.default_rng(4)
    pipeline, by_hand = Pipeline(bundle, open_here(bundle), 3, landings=rule), Arithmetic()
    landings = []
    for image in rng.integers(0, 256, (40, HEIGHT, WIDTH, 3), dtype=np.uint8):
        if rng.random() < 0.3:
            gpu.work()  # the GPU has had the time to finish what was begun
        result = pipeline.process(Frame(image, 'rgb8'))
        landings.append(result.landing)
        if result.landing == 'landed':
            by_hand.land()
        if result.kind == 'key':
            due = by_hand.keyframe(image)
        else:
            due = by_hand.update(image, begin_keyframe=bool(result.reason))
        assert np.array_equal(result.labels, due)
    assert landings.count('landed') > 3 and 'failed' not in landings
    pipeline.close()
