# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""True labels by stamp: from a topic in any order of recording, and from a folder."""

import cv2
import numpy as np
import pytest
from support.recordings import START_NS, compressed_message, image_topic, label_message, write_bag

from accel_ros.bags import Recording
from accel_ros.errors import SourceError
from accel_ros.replay.footage import Problems
from accel_ros.replay.truth import WAITING, LabelFolder, LabelTopic, stamp_in

STEP = 1000


def label_topic(tmp_path, order, kind=label_message):
    """Labels whose value is their number, recorded in this order."""
    messages = [kind(np.full((4, 6), n, np.uint8), START_NS + n * STEP) for n in order]
    bag = write_bag(tmp_path / 'bag', {'/labels': messages})
    problems = Problems()
    return LabelTopic(Recording(bag, pytest.fail), '/labels', problems), problems


def test_labels_come_with_their_images(tmp_path):
    truth, _ = label_topic(tmp_path, range(5))
    assert truth.where == 'topic /labels'
    for number in (0, 2, 3):  # 1 has no image
        assert truth.of(START_NS + number * STEP)[0, 0] == number
    assert truth.of(START_NS + 1) is None


def test_a_little_disorder_is_put_right(tmp_path):
    truth, _ = label_topic(tmp_path, [2, 0, 1, 4, 3])
    assert [truth.of(START_NS + n * STEP)[0, 0] for n in range(5)] == [0, 1, 2, 3, 4]


def test_what_waits_is_bounded(tmp_path):
    truth, _ = label_topic(tmp_path, range(WAITING + 20))
    last = WAITING + 19
    assert truth.of(START_NS + last * STEP)[0, 0] == last
    assert len(truth._waiting) <= WAITING
    assert truth.of(START_NS) is None  # long gone


def test_labels_in_colour_are_named(tmp_path):
    def coloured(labels, stamp):
        return image_topic([np.repeat(labels[..., None], 3, -1)])[0]

    truth, problems = label_topic(tmp_path, range(1), coloured)
    assert truth.of(START_NS) is None
    assert 'rgb8 and labels are mono8' in problems.lines[0]


def test_a_topic_without_labels_is_an_error(tmp_path, clip):
    bag = write_bag(
        tmp_path / 'bag',
        {'/image': image_topic(clip[:2]), '/empty': [], '/header': [image_topic(clip)[0].header]},
    )
    recording = Recording(bag, pytest.fail)
    for topic, why in (
        ('/up', 'not in the bag; its image topics are: /empty, /image'),
        ('/header', 'it carries std_msgs/msg/Header'),
    ):
        with pytest.raises(SourceError, match=why):
            LabelTopic(recording, topic, Problems())
    assert LabelTopic(recording, '/empty', Problems()).count == 0


def test_compressed_labels(tmp_path):
    def packed(labels, stamp):
        message = compressed_message(np.repeat(labels[..., None], 3, -1), stamp)
        message.data = cv2.imencode('.png', labels)[1].ravel()
        return message

    truth, _ = label_topic(tmp_path, range(3), packed)
    assert truth.of(START_NS + STEP).tolist() == np.full((4, 6), 1).tolist()


@pytest.mark.parametrize(
    'name, stamp',
    [
        ('1700000000123456789', 1700000000123456789),
        ('1700000000.123456789', 1700000000123456789),
        ('1700000000-123456789', 1700000000123456789),
        ('1700000000_000000001', 1700000000000000001),
        ('000012', 12),
        ('1700000000.5', None),
        ('frame12', None),
        ('', None),
    ],
)
def test_stamps_in_names(name, stamp):
    assert stamp_in(name) == stamp


def test_a_folder_of_labels(tmp_path):
    cv2.imwrite(str(tmp_path / '1700000000.000000005.png'), np.full((4, 6), 3, np.uint8))
    cv2.imwrite(str(tmp_path / '7.png'), np.zeros((4, 6, 3), np.uint8))
    (tmp_path / '8.png').write_bytes(b'')
    (tmp_path / 'classes.txt').write_text('no image')
    problems = Problems()
    truth = LabelFolder(tmp_path, problems)
    assert truth.of(1700000000000000005).tolist() == np.full((4, 6), 3).tolist()
    assert truth.of(6) is None and not problems.lines
    assert truth.of(7) is None and truth.of(8) is None
    assert all('no 8-bit grey image' in line for line in problems.lines) and problems.lines


def test_a_folder_without_labels_is_an_error(tmp_path):
    with pytest.raises(SourceError, match='named by a stamp'):
        LabelFolder(tmp_path, Problems())
    with pytest.raises(SourceError, match='cannot be listed'):
        LabelFolder(tmp_path / 'missing', Problems())
