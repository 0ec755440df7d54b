# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A user's own data: videos, sparse labels and a class table; every mistake has a name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pictures import write_frame, write_labels, write_pixels

from accel_model.datasets.dataset import DatasetError
from accel_model.datasets.folder import open_folder
from accel_ros.errors import ClassTableError

CLASSES = """\
name: yard
ignore: 255
classes:
  - {id: 0, name: ground, color: [128, 64, 128]}
  - {id: 1, name: obstacle, color: [220, 20, 60]}
"""


@pytest.fixture
def root(tmp_path):
    """One video, of which the last of five frames is labelled."""
    (tmp_path / 'classes.yaml').write_text(CLASSES)
    for number in range(5):
        write_frame(tmp_path / 'train' / 'frames' / 'drive' / f'{number:06d}.png', number)
    write_labels(tmp_path / 'train' / 'labels' / 'drive' / '000004.png', 1)
    return tmp_path


def test_a_clip_ends_in_the_labelled_frame(root):
    data = open_folder(root, 'train')
    assert data.classes.names == ('ground', 'obstacle') and len(data) == 1
    clip = data.clip(0, 5)
    assert clip.name == 'drive/000000:4'
    assert clip.images[:, 0, 0, 0].tolist() == [0, 1, 2, 3, 4] and (clip.labels == 1).all()


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_tree_of_frames_and_labels(tmp_path_factory, data):
    """The labelled frames are those with a label file, and their clips are unbroken."""
    root = tmp_path_factory.mktemp('tree')
    (root / 'classes.yaml').write_text(CLASSES)
    wanted = {}
    for name in data.draw(st.sets(st.sampled_from(['a', 'b 1', 'ü']), min_size=1), 'videos'):
        numbers = data.draw(st.sets(st.integers(0, 12), min_size=1), 'numbers')
        labelled = data.draw(st.sets(st.sampled_from(sorted(numbers)), min_size=1), 'labelled')
        step = data.draw(st.integers(1, 3), 'step')
        width = data.draw(st.integers(1, 6), 'width')
        suffix = data.draw(st.sampled_from(['.png', '.jpg', '.PNG']), 'suffix')
        for number in numbers:
            stem = f'cam_{step * number:0{width}d}'
            write_frame(root / 'val' / 'frames' / name / f'{stem}{suffix}', 20 * number)
            if number in labelled:
                write_labels(root / 'val' / 'labels' / name / f'{stem}.png', number % 2)
        wanted[name] = numbers, labelled
    opened = open_folder(root, 'val')
    assert len(opened) == sum(len(labelled) for _, labelled in wanted.values())
    for video in opened.videos:
        numbers, labelled = wanted[video.name.split('/')[0]]
        shown = [round(int(video.image(index)[0, 0, 0]) / 20) for index in range(len(video))]
        assert set(shown) <= numbers and len(set(np.diff(shown))) <= 1
        assert [shown[place] for place in video.labelled] == sorted(labelled & set(shown))
        assert all((video.labels(p) == shown[p] % 2).all() for p in video.labelled)


def test_every_second_frame_is_a_video_too(root):
    folder = root / 'train' / 'frames' / 'drive'
    for number in (1, 3):
        (folder / f'{number:06d}.png').unlink()
    assert open_folder(root, 'train').clip(0, 3).images[:, 0, 0, 0].tolist() == [0, 2, 4]


def test_a_missing_frame_is_not_passed_over(root):
    (root / 'train' / 'frames' / 'drive' / '000002.png').unlink()
    data = open_folder(root, 'train')
    assert data.clip(0, 2).images[:, 0, 0, 0].tolist() == [3, 4]
    with pytest.raises(DatasetError, match='drive/000003:1 is labelled, but only 1 frames lead'):
        data.clip(0, 3)


def test_numbers_count_not_names(root):
    folder = root / 'train' / 'frames' / 'walk'
    for number in (8, 9, 10, 11):
        write_frame(folder / f'frame{number}.jpg', number)
    write_labels(root / 'train' / 'labels' / 'walk' / 'frame11.png')
    assert open_folder(root, 'train').clip(1, 4).name == 'walk/frame8:3'


def test_a_video_without_labels_is_there_for_its_frames(root):
    write_frame(root / 'train' / 'frames' / 'more' / '1.png')
    data = open_folder(root, 'train')
    assert [len(video.labelled) for video in data.videos] == [1, 0] and len(data) == 1


def test_labels_painted_in_the_table_s_colours(root):
    path = root / 'train' / 'labels' / 'drive' / '000004.png'
    pixels = np.zeros((6, 8, 3), np.uint8)
    pixels[0], pixels[1] = (128, 64, 128), (220, 20, 60)
    write_pixels(path, pixels)
    labels = open_folder(root, 'train').clip(0).labels
    assert labels[:, 0].tolist() == [0, 1, 255, 255, 255, 255]


def mistake(root, match, error=DatasetError, split='train'):
    with pytest.raises(error, match=match):
        data = open_folder(root, split)
        data.clip(0, 5)


class TestMistakes:
    def test_no_class_table(self, root):
        (root / 'classes.yaml').unlink()
        mistake(root, r'classes\.yaml cannot be read: .*see config/classes/', ClassTableError)

    def test_a_class_table_that_is_none(self, root):
        (root / 'classes.yaml').write_text('- ground\n- obstacle\n')
        mistake(root, 'not a mapping with name, ignore and classes', ClassTableError)

    def test_a_class_table_that_does_not_fit(self, root):
        write_labels(root / 'train' / 'labels' / 'drive' / '000004.png', 2)
        mistake(
            root, r'table yard lacks: 2 \(48 pixels\); it has 0 to 1, and 255 .* add the class'
        )

    def test_no_such_split(self, root):
        mistake(root, r'val.frames is missing: put frames into .*SPLIT/frames/VIDEO', split='val')

    def test_no_labels_folder(self, root):
        (root / 'train' / 'labels').rename(root / 'train' / 'lables')
        mistake(root, 'train.labels is missing')

    def test_no_labels_at_all(self, root):
        (root / 'train' / 'labels' / 'drive' / '000004.png').unlink()
        mistake(root, 'train.labels holds no labels: label some frames')

    def test_frames_without_a_folder_of_their_video(self, root):
        (root / 'train' / 'frames' / 'drive').rename(root / 'train' / 'frames2')
        (root / 'train' / 'labels' / 'drive').rename(root / 'train' / 'labels2')
        write_frame(root / 'train' / 'frames' / '000001.png')
        write_labels(root / 'train' / 'labels' / '000001.png')
        mistake(root, r'frames.000001\.png lies in no folder of its video: move it to')

    def test_labels_without_their_frame(self, root):
        write_labels(root / 'train' / 'labels' / 'drive' / '4.png')
        mistake(root, r'labels.drive.4\.png has no frame .*frames.drive.4\.png \(or \.jpg\)')

    def test_labels_without_their_video(self, root):
        write_labels(root / 'train' / 'labels' / 'ride' / '000004.png')
        mistake(root, r'ride.000004\.png has no frame')

    def test_labels_as_jpeg(self, root):
        write_labels(root / 'train' / 'labels' / 'drive' / '000003.jpg')
        mistake(root, r'000003\.jpg is a JPEG, which changes class ids: save labels as PNG')

    def test_labels_of_another_size(self, root):
        write_pixels(
            root / 'train' / 'labels' / 'drive' / '000004.png', np.zeros((3, 4), np.uint8)
        )
        mistake(root, r'000004\.png is 4x3 but .* is 8x6: scale labels .* nearest neighbour')

    def test_a_frame_of_another_size(self, root):
        write_pixels(
            root / 'train' / 'frames' / 'drive' / '000003.png', np.zeros((3, 4, 3), np.uint8)
        )
        mistake(root, r'000003\.png is 4x3 but')

    def test_a_frame_that_is_cut_off(self, root):
        path = root / 'train' / 'frames' / 'drive' / '000002.png'
        path.write_bytes(path.read_bytes()[:-20])
        mistake(root, r'000002\.png is cut off, or no PNG or JPEG')

    def test_a_frame_without_a_number(self, root):
        write_frame(root / 'train' / 'frames' / 'drive' / 'last.png')
        mistake(root, r'last\.png has no number at the end of its name')

    def test_two_cameras_in_one_folder(self, root):
        write_frame(root / 'train' / 'frames' / 'drive' / 'left_000001.png')
        mistake(root, r'left_000001\.png and 000000\.png are named differently: give every camera')

    def test_one_number_twice(self, root):
        write_frame(root / 'train' / 'frames' / 'drive' / '000001.jpg')
        mistake(root, r'000001\.jpg and 000001\.png have the same number')
