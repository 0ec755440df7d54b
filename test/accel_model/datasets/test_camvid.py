# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""CamVid in its three layouts: what is read, and what is said of mistakes."""

from __future__ import annotations

import numpy as np
import pytest
from support.pictures import write_frame, write_labels, write_pixels
from support.shared import shared_dir
from support.street import street, write_camvid

from accel_model.datasets.camvid import CAR, IGNORE, NUM_CLASSES, POLE, ROAD, SIGN, open_camvid
from accel_model.datasets.camvid_colours import COLOURS, VOID
from accel_model.datasets.dataset import DatasetError

STILLS, APPROVED = '701_StillsRaw_full', 'LabeledApproved_full'


def names(data):
    return [f'{video.name}:{place}' for video in data.videos for place in video.labelled]


class TestElevenClasses:
    def test_images_in_rgb_and_their_labels(self, tmp_path):
        data = open_camvid(write_camvid(tmp_path, 'val', 3), 'val')
        assert len(data) == 3 and data.classes.name == 'camvid'
        for index in range(3):
            clip = data.clip(index)
            np.testing.assert_array_equal(clip.images[0], street(index).image)
            np.testing.assert_array_equal(clip.labels, street(index).labels)

    def test_frequencies_are_shares_of_the_labelled_pixels(self, tmp_path):
        data = open_camvid(write_camvid(tmp_path, 'train', 2), 'train')
        assert data.frequencies.shape == (NUM_CLASSES,)
        assert data.frequencies.sum() == pytest.approx(1)
        assert data.frequencies[ROAD] == pytest.approx(np.mean(street().labels == ROAD))

    def test_stills_are_videos_of_one_frame_and_15_hz_is_one_video(self, tmp_path):
        for number in (30, 60, 90, 7959, 7961, 7963):
            write_frame(tmp_path / 'train' / f'0016E5_{number:05d}.png')
            write_labels(tmp_path / 'trainannot' / f'0016E5_{number:05d}.png')
        assert names(open_camvid(tmp_path, 'train')) == [
            'train/0016E5_00030:0', 'train/0016E5_00060:0', 'train/0016E5_00090:0',
            'train/0016E5_07959:0', 'train/0016E5_07959:1', 'train/0016E5_07959:2',
        ]  # fmt: skip

    def test_drives_are_kept_apart(self, tmp_path):
        for stem in ('0001TP_000001', '0001TP_000002', '0006R0_f00003'):
            write_frame(tmp_path / 'val' / f'{stem}.png')
            write_labels(tmp_path / 'valannot' / f'{stem}.png')
        lengths = [len(video) for video in open_camvid(tmp_path, 'val').videos]
        assert lengths == [2, 1]

    def test_frames_taken_from_the_video_lead_up_to_the_labelled_one(self, tmp_path):
        for number in (26, 27, 28, 29, 30, 60):
            write_frame(tmp_path / 'train' / f'0016E5_{number:05d}.png', number)
        for number in (30, 60):
            write_labels(tmp_path / 'trainannot' / f'0016E5_{number:05d}.png')
        data = open_camvid(tmp_path, 'train')
        assert names(data) == ['train/0016E5_00026:4', 'train/0016E5_00060:0']
        assert data.clip(0, 5).images[:, 0, 0, 0].tolist() == [26, 27, 28, 29, 30]
        with pytest.raises(DatasetError, match='train/0016E5_00060:0 is labelled, but only 0'):
            data.clip(1, 5)

    def test_a_missing_folder(self, tmp_path):
        write_camvid(tmp_path, 'train', 1)
        with pytest.raises(DatasetError, match="no split 'val' of CamVid: it should have val/"):
            open_camvid(tmp_path, 'val')

    def test_labels_without_images(self, tmp_path):
        write_camvid(tmp_path, 'train', 2)
        (tmp_path / 'train' / '0001.png').unlink()
        with pytest.raises(DatasetError, match=r'trainannot/0001\.png has no image in .*train'):
            open_camvid(tmp_path, 'train')

    def test_an_image_without_labels(self, tmp_path):
        write_camvid(tmp_path, 'train', 1)
        write_frame(tmp_path / 'train' / '0900.png')
        with pytest.raises(DatasetError, match='train/0900 .* has no labels in .*trainannot'):
            open_camvid(tmp_path, 'train')

    def test_no_labels_at_all(self, tmp_path):
        write_frame(tmp_path / 'val' / '0001.png')
        (tmp_path / 'valannot').mkdir()
        with pytest.raises(DatasetError, match=r'valannot holds no labels NAME\.png'):
            open_camvid(tmp_path, 'val')

    def test_labels_of_another_size(self, tmp_path):
        write_camvid(tmp_path, 'train', 1)
        write_pixels(tmp_path / 'trainannot' / '0000.png', np.zeros((10, 12), np.uint8))
        with pytest.raises(DatasetError, match='12x10 but .* is 128x96.*nearest'):
            open_camvid(tmp_path, 'train').clip(0)

    def test_unknown_ids(self, tmp_path):
        write_camvid(tmp_path, 'train', 1)
        write_pixels(tmp_path / 'trainannot' / '0000.png', np.full((96, 128), 31, np.uint8))
        with pytest.raises(DatasetError, match=r'lacks: 31 \(12288 pixels\)'):
            open_camvid(tmp_path, 'train').clip(0)


def write_originals(root, stems, colour=(128, 64, 128)):
    for stem in stems:
        write_frame(root / STILLS / f'{stem}.png')
        pixels = np.full((6, 8, 3), colour, np.uint8)
        write_pixels(root / APPROVED / f'{stem}_L.png', pixels)


class TestOriginals:
    STEMS = (
        '0001TP_006690', '0001TP_008520', '0001TP_008550', '0006R0_f00930', '0016E5_00390',
        '0016E5_00901', '0016E5_07959', '0016E5_07961', '0016E5_08159', '0016E5_08190',
        'Seq05VD_f00000',
    )  # fmt: skip

    @pytest.mark.parametrize(
        'split, labelled',
        [
            ('train', [0, 1, 3, 4, 5, 9]),
            ('val', [6, 7, 8]),
            ('test', [2, 10]),
        ],
    )
    def test_the_usual_splits(self, tmp_path, split, labelled):
        write_originals(tmp_path, self.STEMS)
        data = open_camvid(tmp_path, split)
        wanted = [self.STEMS[place] for place in labelled]
        if split == 'val':  # 15 Hz: consecutive frames are one video
            assert names(data) == [f'{STILLS}/{wanted[0]}:0', f'{STILLS}/{wanted[0]}:1',
                                   f'{STILLS}/{wanted[2]}:0']  # fmt: skip
        else:
            assert names(data) == [f'{STILLS}/{stem}:0' for stem in wanted]

    def test_a_usual_split_that_is_not_there(self, tmp_path):
        write_originals(tmp_path, ['0016E5_00390'])
        with pytest.raises(DatasetError, match="no labels of the usual split 'val': unpack all"):
            open_camvid(tmp_path, 'val')

    def test_a_list_of_names_is_a_split(self, tmp_path):
        write_originals(tmp_path, self.STEMS)
        text = '/CamVid/mine/0016E5_00390.png /CamVid/mineannot/0016E5_00390.png\n\n'
        (tmp_path / 'mine.txt').write_text(text + '0001TP_006690\n0006R0_f00930_L.png\n')
        assert names(open_camvid(tmp_path, 'mine')) == [
            f'{STILLS}/{stem}:0' for stem in ('0001TP_006690', '0006R0_f00930', '0016E5_00390')
        ]

    def test_mistakes_in_a_list_of_names(self, tmp_path):
        write_originals(tmp_path, self.STEMS)
        with pytest.raises(DatasetError, match=r'has no mine\.txt and the usual splits are train'):
            open_camvid(tmp_path, 'mine')
        (tmp_path / 'mine.txt').write_text('0016E5_00390\n0016E5_99999\n')
        with pytest.raises(DatasetError, match='names 0016E5_99999, which has no labels in'):
            open_camvid(tmp_path, 'mine')
        (tmp_path / 'mine.txt').write_text('\n')
        with pytest.raises(DatasetError, match='names no frames'):
            open_camvid(tmp_path, 'mine')
        (tmp_path / 'mine.txt').write_bytes(b'\xff\xfe')
        with pytest.raises(DatasetError, match=r'mine\.txt cannot be read'):
            open_camvid(tmp_path, 'mine')

    def test_splits_as_folders(self, tmp_path):
        write_frame(tmp_path / 'val' / '0016E5_07959.png')
        write_pixels(
            tmp_path / 'val_labels' / '0016E5_07959_L.png', np.full((6, 8, 3), VOID, np.uint8)
        )
        assert (open_camvid(tmp_path, 'val').clip(0).labels == IGNORE).all()

    def test_all_32_colours_are_grouped(self, tmp_path):
        colours = [colour for group in COLOURS.values() for colour in group]
        assert len({*colours, VOID}) == 32
        write_originals(tmp_path, ['0016E5_00390'])
        pixels = np.array([*colours, VOID], np.uint8).reshape(4, 8, 3)
        write_pixels(tmp_path / APPROVED / '0016E5_00390_L.png', pixels)
        write_pixels(tmp_path / STILLS / '0016E5_00390.png', pixels)
        labels = open_camvid(tmp_path, 'train').clip(0).labels
        sizes = [len(group) for group in COLOURS.values()]
        np.testing.assert_array_equal(np.bincount(labels.ravel()), [*sizes, 1])

    @pytest.mark.parametrize(
        'colour, identity',
        [
            ((192, 128, 192), CAR),  # Truck_Bus
            ((128, 0, 192), ROAD),  # LaneMkgsDriv
            ((0, 64, 64), SIGN),  # TrafficLight
            ((0, 0, 64), POLE),  # TrafficCone
        ],
    )
    def test_grouped_as_usual(self, tmp_path, colour, identity):
        write_originals(tmp_path, ['0016E5_00390'], colour)
        assert (open_camvid(tmp_path, 'train').clip(0).labels == identity).all()

    def test_smoothed_labels_are_refused(self, tmp_path):
        write_originals(tmp_path, ['0016E5_00390'], (127, 64, 128))
        with pytest.raises(DatasetError, match=r'\(127, 64, 128\) \(48 pixels\); paint labels'):
            open_camvid(tmp_path, 'train').clip(0)

    def test_the_few_stray_pixels_of_one_original_are_ignored(self, tmp_path):
        write_originals(tmp_path, ['Seq05VD_f02610'])
        pixels = np.full((720, 960, 3), (128, 64, 128), np.uint8)
        pixels[4, 405:580] = (26, 26, 0)
        write_pixels(tmp_path / APPROVED / 'Seq05VD_f02610_L.png', pixels)
        write_pixels(tmp_path / STILLS / 'Seq05VD_f02610.png', pixels)
        labels = open_camvid(tmp_path, 'test').clip(0).labels
        assert (labels == IGNORE).sum() == 175 and (labels == ROAD).sum() == 720 * 960 - 175


def test_the_real_data():
    root = shared_dir('data', 'camvid')
    train, val = open_camvid(root, 'train'), open_camvid(root, 'val')
    assert len(train) == len(train.videos) == 367
    assert len(val) == 50 and [len(video) for video in val.videos] == [50]
    clip = val.clip(9, 5)
    assert clip.images.shape == (5, 360, 480, 3) and clip.labels.shape == (360, 480)
    assert 0.2 < train.frequencies[ROAD] < 0.4
