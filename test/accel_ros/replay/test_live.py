# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A live run's folder, as `accel-ros record` leaves it, also when it was cut off."""

import cv2
import numpy as np
import pytest

from accel_ros.errors import SourceError
from accel_ros.pipeline import Frame
from accel_ros.replay.footage import Shot
from accel_ros.replay.live import FIELDS, LiveLabeller, LiveRecording, SameImagesLabeller

ROW = dict.fromkeys(FIELDS, '1') | {
    'kind': 'update', 'keyframe_reason': '', 'frames_since_keyframe': '2',
    'keyframe_interval': '5', 'drift': 'nan', 'total_ms': '31.5', 'age_ms': '45.25',
}  # fmt: skip


@pytest.fixture
def write(tmp_path):
    """Write rows, and labels for some stamps; returns the folder."""

    def run(rows, labelled=(), tail=''):
        lines = [','.join(FIELDS), *(','.join(row[name] for name in FIELDS) for row in rows)]
        (tmp_path / 'timing.csv').write_text('\n'.join(lines) + '\n' + tail)
        (tmp_path / 'labels').mkdir()
        for stamp in labelled:
            cv2.imwrite(str(tmp_path / 'labels' / f'{stamp}.png'), np.full((4, 6), 3, np.uint8))
        return tmp_path

    return run


def shot(stamp):
    return Shot(0, Frame(np.zeros((64, 96, 3), np.uint8), 'rgb8', stamp), 0)


def test_labels_and_timing_of_an_image(write):
    rows = [ROW | {'stamp_ns': str(stamp)} for stamp in (10, 20, 30)]
    live = LiveRecording(write(rows, labelled=(10, 20)))
    assert live.interval == 5
    answer = LiveLabeller(live).label(shot(20))
    assert (answer.total_ms, answer.age_ms) == (31.5, 45.25)
    assert answer.result.labels.tolist() == np.full((4, 6), 3).tolist()
    assert (answer.result.kind, answer.result.frames_since_keyframe) == ('update', 2)
    assert answer.result.drift is None
    assert LiveLabeller(live).label(shot(30)) is None, 'its labels did not arrive'
    assert LiveLabeller(live).label(shot(40)) is None, 'it was dropped'


def test_of_a_loop_the_first_lap_counts(write):
    rows = [ROW | {'stamp_ns': '10', 'total_ms': ms} for ms in ('1', '2')]
    assert LiveRecording(write(rows)).timing(10)['total_ms'] == '1'


def test_a_line_that_was_cut_off_is_left_out(write):
    live = LiveRecording(write([ROW | {'stamp_ns': '10'}], tail='20,key,first'))
    assert live.timing(10) and live.timing(20) is None


def test_the_pipeline_alone_waits_for_the_first_keyframe_of_the_node(write, bundle, engine):
    rows = [ROW | {'stamp_ns': '10'}, ROW | {'stamp_ns': '20', 'kind': 'key'},
            ROW | {'stamp_ns': '30'}]  # fmt: skip
    again = SameImagesLabeller(bundle, engine, LiveRecording(write(rows)))
    answers = [again.label(shot(stamp)) for stamp in (10, 15, 20, 30)]
    again.close()
    assert [a and a.result.kind for a in answers] == [None, None, 'key', 'update']


@pytest.mark.parametrize('text', [None, '', 'a,b\n1,2\n', ','.join(FIELDS) + '\n', '\0'])
def test_what_is_no_recording(tmp_path, text):
    if text is not None:
        (tmp_path / 'timing.csv').write_text(text)
    with pytest.raises(SourceError, match='record the live run again|labelled none'):
        LiveRecording(tmp_path)
