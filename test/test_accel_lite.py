# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The network that comes with the package, through the pipeline that the node runs."""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np
import pytest
from support.shared import REPOSITORY, shared_dir

from accel_model.datasets.camvid import CAR, ROAD, SKY, TREE
from accel_model.export.precision.convert import convert_bundle
from accel_model.export.precision.footage import Footage, recorded
from accel_ros.bundle import Bundle, default_bundle
from accel_ros.commands.footage import open_labelled
from accel_ros.engines.select import open_engine
from accel_ros.keyframes import AfterFrames
from accel_ros.pipeline import Pipeline
from accel_ros.replay.task import Task, evaluate
from accel_ros.sources import open_source

CLIP = REPOSITORY / 'test' / 'data' / 'drive' / 'solidWhiteRight.mp4'
CARD = {1: 74.3, 5: 74.0, 10: 73.0}  # mIoU in percent by interval, a little below the card's


@pytest.fixture(scope='module')
def bundle():
    return Bundle.open(default_bundle())


def test_it_fits_the_repository_and_says_what_its_weights_may_be_used_for(bundle):
    assert sum(file.stat().st_size for file in bundle.path.iterdir()) < 25e6
    assert 'research' in bundle.manifest.license
    assert bundle.manifest.accuracy['results']


def test_a_drive_s_road_sky_and_trees_are_where_they_belong(bundle):
    engine = open_engine(bundle)
    pipeline = Pipeline(bundle, engine, interval=5)
    kinds = []
    for index, frame in enumerate(open_source(CLIP)):
        if index == 10:
            break
        result = pipeline.process(frame)
        kinds.append(result.kind)
        height, width = result.labels.shape
        ahead = result.labels[int(0.75 * height) : int(0.9 * height), width // 3 : 2 * width // 3]
        assert np.mean(ahead == ROAD) > 0.95
        above = result.labels[: int(0.25 * height)]
        assert np.mean(np.isin(above, (SKY, TREE))) > 0.8
        assert np.mean(result.labels == CAR) > 0.001
    assert kinds == (['key'] + 4 * ['update']) * 2
    pipeline.close()
    engine.close()


@pytest.mark.parametrize('precision', ['fp16', 'int8'])
def test_its_labels_stay_in_lower_precision(bundle, precision, tmp_path):
    whole = recorded(CLIP, bundle.manifest)
    footage = Footage('seven frames', 7, lambda: itertools.islice(whole.read(), 7))
    calibration = footage if precision == 'int8' else None
    comparison = convert_bundle(bundle, tmp_path / 'lower', precision, footage, calibration)
    assert comparison.labels >= {'fp16': 0.999, 'int8': 0.99}[precision]
    lower = Bundle.open(tmp_path / 'lower').manifest
    assert lower.license == bundle.manifest.license and lower.accuracy['results']


def test_a_late_keyframe_gives_the_labels_of_a_stream_that_began_with_it(bundle):
    """Carried by propagate beside the updates, or by the updates themselves: the same state."""
    frames = list(itertools.islice(open_source(CLIP), 8))
    engine = open_engine(bundle, threads=1)
    late = Pipeline(bundle, engine, interval=3, landings=AfterFrames(3))
    found = [late.process(frame) for frame in frames]
    assert [result.landing for result in found] == [''] * 6 + ['landed', '']
    due = Pipeline(bundle, engine, interval=99)
    expected = [due.process(frame) for frame in frames[3:]]
    for one, other in zip(found[6:], expected[3:], strict=True):
        assert one.frames_since_keyframe == other.frames_since_keyframe
        assert np.mean(one.labels == other.labels) > 0.9999
    assert np.mean(found[5].labels == expected[2].labels) < 0.9999  # from the old state
    late.close(), due.close()
    engine.close()


def test_it_is_as_accurate_as_its_card_says(tmp_path):
    """On the labelled frames of CamVid, the way `accel-ros evaluate` measures it."""
    data = shared_dir('data/camvid')
    opener = partial(open_labelled, 'camvid', data, 'val')
    bundles = {'accel-lite': default_bundle()}
    task = Task('camvid', str(data), opener, bundles, tuple(CARD), 'auto', None, tmp_path)
    found = {run.interval: 100 * run.tally.truth.total.mean_iou for run in evaluate(task).runs}
    assert all(found[interval] > least for interval, least in CARD.items()), found
