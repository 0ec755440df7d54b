# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Footage of bags, videos, folders and data sets."""

import cv2
import numpy as np
import pytest
from support.recordings import image_topic, label_message, write_bag, write_folder, write_video
from support.replays import CAMERA, LABELS, labelled_bag, scene
from support.street import write_camvid
from support.videos import PanningVideo

from accel_ros.classes import ClassTable
from accel_ros.commands.footage import find_bags, open_labelled, open_recording
from accel_ros.errors import AccelError, SourceError
from accel_ros.replay.dataset import DatasetFootage
from accel_ros.replay.footage import Problems


def test_the_camera_is_what_is_not_the_labels(tmp_path):
    bag = labelled_bag(tmp_path / 'bag', scene(4))
    footage = open_recording(bag, None, LABELS, None, Problems())
    shots = list(footage.shots(0))
    assert [shot.number for shot in shots] == [0, 1, 2, 3]
    assert all(shot.labels is not None and shot.frame.encoding == 'rgb8' for shot in shots)
    assert [shot.number for shot in footage.shots(2)] == [2, 3]
    with pytest.raises(SourceError, match='choose one with --topic'):
        open_recording(bag, None, None, None, Problems())


def test_a_topic_of_another_type_is_named(tmp_path, clip):
    bag = write_bag(tmp_path / 'bag', {CAMERA: image_topic(clip), '/header': [
        image_topic(clip)[0].header]})  # fmt: skip
    with pytest.raises(SourceError, match='it carries std_msgs/msg/Header'):
        open_recording(bag, '/header', None, None, Problems())


def test_a_video_with_labels_by_number(tmp_path, clip):
    video = write_video(tmp_path / 'in.mp4', clip, fps=20)
    labels = tmp_path / 'labels'
    labels.mkdir()
    cv2.imwrite(str(labels / '000002.png'), np.full((64, 96), 5, np.uint8))
    shots = list(open_recording(video, None, None, labels, Problems()).shots(0))
    assert [shot.labels is not None for shot in shots[:4]] == [False, False, True, False]
    assert np.diff([shot.arrival_ns for shot in shots]).tolist() == [50_000_000] * (len(clip) - 1)


def test_a_folder_has_no_times(tmp_path, clip):
    folder = write_folder(tmp_path / 'images', clip)
    shots = list(open_recording(folder, None, None, None, Problems()).shots(3))
    assert [shot.number for shot in shots] == list(range(3, len(clip)))
    assert not any(shot.arrival_ns for shot in shots)


def test_an_unreadable_image_ends_a_folder_with_a_note(tmp_path, clip):
    folder = write_folder(tmp_path / 'images', clip)
    (folder / 'frame5.png').write_bytes(b'no image')
    problems = Problems()
    shots = list(open_recording(folder, None, None, None, problems).shots(0))
    assert len(shots) == 5 and 'frame5.png cannot be read' in problems.lines[0]


def test_topics_belong_to_bags(tmp_path, clip):
    video = write_video(tmp_path / 'in.mp4', clip)
    with pytest.raises(SourceError, match='no rosbag2|not a rosbag2'):
        open_recording(video, '/camera', None, None, Problems())
    with pytest.raises(SourceError, match='there is no recording'):
        open_recording(tmp_path / 'missing', None, None, None, Problems())


def test_bags_in_a_folder(tmp_path, clip):
    for name in ('b', 'a'):
        write_bag(tmp_path / name, {CAMERA: image_topic(clip[:1])})
    (tmp_path / 'notes').mkdir()
    (tmp_path / 'notes.txt').write_text('nothing')
    assert [bag.name for bag in find_bags(tmp_path)] == ['a', 'b']
    with pytest.raises(AccelError, match='holds no bags'):
        find_bags(tmp_path / 'notes')
    with pytest.raises(AccelError, match='there is no folder'):
        find_bags(tmp_path / 'missing')


def test_a_data_set_is_run_through_by_the_protocol():
    """Labels 0 and 1 of two videos: their keyframes are 0 mod 3 and 1 mod 3 frames before."""
    videos = [PanningVideo(8, [5]), PanningVideo(8, [6])]
    footage = DatasetFootage(
        'set', videos, ClassTable.named('cityscapes'), lambda n: [(videos[0], 5), (videos[1], 5)]
    )
    assert footage.count == 6 + 7 and footage.keyframes(3) == {5, 6 + 5}
    shots = list(footage.shots(0))
    assert [shot.number for shot in shots if shot.cut] == [0, 6]
    assert [shot.number for shot in shots if shot.labels is not None] == [5, 12]
    assert [shot.number for shot in footage.shots(4)] == list(range(4, 13))


def test_camvid_by_name(tmp_path):
    write_camvid(tmp_path, 'val', 3)
    footage = open_labelled('camvid', tmp_path, 'val', Problems())
    shots = list(footage.shots(0))
    assert len(shots) == footage.count == 3 and footage.classes.name == 'camvid'
    with pytest.raises(AccelError, match='there is no data set'):
        open_labelled('imagenet', tmp_path, 'val', Problems())


def test_label_images_are_bag_images(tmp_path):
    """A bag that holds labels only has nothing to label."""
    bag = write_bag(tmp_path / 'bag', {LABELS: [label_message(np.zeros((4, 4), np.uint8), 1)]})
    footage = open_recording(bag, None, None, None, Problems())
    assert [shot.frame.encoding for shot in footage.shots(0)] == ['mono8']
