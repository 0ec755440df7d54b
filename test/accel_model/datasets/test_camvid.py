# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""CamVid's folders: what is read, and what is said of a wrong layout."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from support.street import street, write_camvid

from accel_model.datasets.camvid import NUM_CLASSES, ROAD, CamVid, DatasetError


def test_reads_images_in_rgb_and_their_labels(tmp_path):
    data = CamVid(write_camvid(tmp_path, 'val', 3), 'val')
    assert [frame.name for frame in data.frames] == ['0000', '0001', '0002']
    np.testing.assert_array_equal(data[1].image, street(1).image)
    np.testing.assert_array_equal(data[1].labels, street(1).labels)


def test_frequencies_are_shares_of_the_labelled_pixels(tmp_path):
    data = CamVid(write_camvid(tmp_path, 'train', 2), 'train')
    assert data.frequencies.shape == (NUM_CLASSES,)
    assert data.frequencies.sum() == pytest.approx(1)
    assert data.frequencies[ROAD] == pytest.approx(np.mean(street().labels == ROAD))


def test_a_missing_folder_is_named(tmp_path):
    write_camvid(tmp_path, 'train', 1)
    with pytest.raises(DatasetError, match='val is missing'):
        CamVid(tmp_path, 'val')


def test_an_image_without_labels_is_named(tmp_path):
    write_camvid(tmp_path, 'train', 2)
    (tmp_path / 'trainannot' / '0001.png').unlink()
    with pytest.raises(DatasetError, match='trainannot/0001.png is missing'):
        CamVid(tmp_path, 'train')


def test_labels_of_another_size_are_named_with_the_fix(tmp_path):
    write_camvid(tmp_path, 'train', 1)
    cv2.imwrite(str(tmp_path / 'trainannot' / '0000.png'), np.zeros((10, 12), np.uint8))
    with pytest.raises(DatasetError, match='12x10 but its image is 128x96.*nearest'):
        CamVid(tmp_path, 'train')


def test_unknown_ids_are_named(tmp_path):
    write_camvid(tmp_path, 'train', 1)
    cv2.imwrite(str(tmp_path / 'trainannot' / '0000.png'), np.full((96, 128), 31, np.uint8))
    with pytest.raises(DatasetError, match='holds the id 31'):
        CamVid(tmp_path, 'train')
