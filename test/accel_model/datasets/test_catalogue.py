# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Data sets by name: opened without reading an image, usable by worker processes."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from support.pictures import write_frame, write_labels

from accel_model.datasets.catalogue import NAMES, open_dataset
from accel_model.datasets.dataset import DatasetError

TABLE = 'name: t\nignore: 9\nclasses: [{id: 0, name: a, color: [1, 1, 1]}]\n'
FILES = {
    'camvid': ('val/0016E5_07959.png', 'valannot/0016E5_07959.png'),
    'cityscapes': (
        'leftImg8bit/val/ulm/ulm_000000_000019_leftImg8bit.png',
        'gtFine/val/ulm/ulm_000000_000019_gtFine_labelTrainIds.png',
    ),
    'folder': ('val/frames/drive/1.png', 'val/labels/drive/1.png'),
}


@pytest.fixture(params=NAMES)
def made_up(request, tmp_path):
    """A data set of one labelled frame: its name, its folder and its two files."""
    (tmp_path / 'classes.yaml').write_text(TABLE)
    frame, labels = (tmp_path / name for name in FILES[request.param])
    return request.param, tmp_path, write_frame(frame, 3), write_labels(labels, 0)


def test_every_data_set_opens(made_up):
    name, root, _, _ = made_up
    data = open_dataset(name, root, 'val')
    clip = data.clip(0)
    assert len(data) == 1 and clip.images.shape == (1, 6, 8, 3) and clip.labels.shape == (6, 8)
    np.testing.assert_array_equal(data.frequencies, np.eye(len(data.classes))[0])


def test_no_image_is_read_when_it_is_opened(made_up):
    name, root, frame, labels = made_up
    for path in (frame, labels):
        path.write_bytes(b'')
    data = open_dataset(name, root, 'val')
    with pytest.raises(DatasetError, match='is cut off'):
        data.clip(0)


def test_a_data_set_can_be_handed_to_another_process(made_up):
    name, root, _, _ = made_up
    data = pickle.loads(pickle.dumps(open_dataset(name, root, 'val')))
    assert data.clip(0).images[0, 0, 0, 0] == 3


def test_an_unknown_name(tmp_path):
    with pytest.raises(DatasetError, match="no data set 'kitti': choose one of camvid, city"):
        open_dataset('kitti', tmp_path, 'val')
