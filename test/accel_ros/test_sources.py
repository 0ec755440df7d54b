# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import numpy as np
import pytest
from support.recordings import damage_end, write_folder, write_video

from accel_ros.errors import SourceError
from accel_ros.sources import FolderSource, VideoSource, natural_key, open_source


@pytest.fixture
def images() -> list[np.ndarray]:
    """Twelve plain images u8 [48, 64, 3] (rgb), each of another grey."""
    return [np.full((48, 64, 3), 20 * i, np.uint8) for i in range(12)]


def test_a_folder_is_read_in_natural_order(tmp_path, images):
    source = open_source(write_folder(tmp_path / 'in', images))
    assert isinstance(source, FolderSource) and source.count == 12
    for _ in range(2):  # as often as one likes
        frames = list(source)
        assert [int(frame.image[0, 0, 0]) for frame in frames] == [20 * i for i in range(12)]
    assert {frame.encoding for frame in frames} == {'bgr8'}
    assert {frame.stamp_ns for frame in frames} == {0}


def test_images_of_a_folder_are_bgr(tmp_path):
    write_folder(tmp_path / 'in', [np.full((5, 5, 3), (10, 20, 30), np.uint8)])
    (frame,) = open_source(tmp_path / 'in')
    assert frame.image[0, 0].tolist() == [30, 20, 10] and frame.encoding == 'bgr8'


def test_only_images_of_a_folder_count(tmp_path, images):
    folder = write_folder(tmp_path / 'in', images[:2])
    (folder / 'notes.txt').write_text('x')
    (folder / '.hidden.png').write_text('x')
    (folder / 'sub.png').mkdir()
    assert open_source(folder).count == 2


def test_natural_order():
    names = ['f10.png', 'f9.png', 'F1.png', 'f1b2.png', '7.png']
    assert sorted(names, key=natural_key) == ['7.png', 'F1.png', 'f1b2.png', 'f9.png', 'f10.png']


def test_an_unreadable_image_is_named(tmp_path, images):
    folder = write_folder(tmp_path / 'in', images[:3])
    (folder / 'frame1.png').write_bytes(b'not a png')
    frames = iter(open_source(folder))
    next(frames)
    with pytest.raises(SourceError, match='frame1.png cannot be read.*repair it or take it out'):
        next(frames)


def test_a_video_with_its_times(tmp_path, images):
    source = open_source(str(write_video(tmp_path / 'in.mp4', images, fps=25)))
    assert isinstance(source, VideoSource)
    assert (source.count, source.fps) == (12, 25.0)
    frames = list(source)
    assert [frame.stamp_ns for frame in frames] == [40_000_000 * i for i in range(12)]
    for index, frame in enumerate(frames):
        assert frame.size == (48, 64) and frame.encoding == 'bgr8'
        assert abs(float(frame.image.mean()) - 20 * index) < 4


def test_frames_of_a_video_do_not_share_memory(tmp_path, images):
    first, second, *_ = open_source(write_video(tmp_path / 'in.mp4', images))
    assert not np.shares_memory(first.image, second.image)


def test_nothing_there(tmp_path):
    with pytest.raises(SourceError, match='no input .*none; name a folder'):
        open_source(tmp_path / 'none')


def test_an_empty_folder(tmp_path):
    with pytest.raises(SourceError, match='has no images'):
        open_source(tmp_path)


def test_a_bag_without_metadata_says_reindex(tmp_path):
    (tmp_path / 'rosbag_0.mcap').write_bytes(b'')
    with pytest.raises(SourceError, match='ros2 bag reindex'):
        open_source(tmp_path)


@pytest.mark.parametrize('name', ['x.mp4', 'x.txt', 'x.png'])
def test_a_file_that_is_no_video(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(b'nothing of the kind')
    with pytest.raises(SourceError, match='not a video'):
        open_source(tmp_path / name)


def test_a_truncated_video(tmp_path, images):
    path = write_video(tmp_path / 'in.mp4', images)
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(SourceError, match='not a video|no frame'):
        open_source(path)


def test_a_topic_needs_a_bag(tmp_path, images):
    with pytest.raises(SourceError, match='not a rosbag2, so it has no topic /image'):
        open_source(write_folder(tmp_path / 'in', images), topic='/image')


def test_a_video_with_a_damaged_end_is_read_up_to_there(tmp_path, clip):
    source = open_source(damage_end(write_video(tmp_path / 'in.mp4', clip)))
    assert source.count == len(clip)
    assert 1 <= len(list(source)) < len(clip)
