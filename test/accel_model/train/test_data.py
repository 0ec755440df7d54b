# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The section `data`: which data set, which loss, which video."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.drives import write_drives
from support.shared import REPOSITORY
from support.street import write_camvid

from accel_model.losses import Ohem, balanced_weights
from accel_model.train.data import DataSettings, LabelledData, VideoData, check_streets
from accel_model.train.settings import ConfigError, read_settings

CLIP = REPOSITORY / 'test' / 'data' / 'drive' / 'solidWhiteRight.mp4'


@pytest.fixture
def camvid(tmp_path):
    return write_camvid(tmp_path / 'camvid', 'train', 2)


@pytest.fixture
def own(tmp_path):
    return write_drives(tmp_path / 'own', count=2, frames=3)


def test_classes_and_ignored_label_come_from_the_data_set(camvid, own):
    ours = LabelledData(folder=camvid)
    assert ours.open().classes.name == 'camvid'
    assert ours.loss(ours.open()).ignore == 11
    theirs = LabelledData(name='folder', folder=own)
    loss = theirs.loss(theirs.open())
    assert loss.ignore == 255 and torch.equal(loss.weights, torch.ones(19)) and loss.ohem is None


def test_balance_and_ohem_when_asked_for(camvid):
    data = read_settings(
        LabelledData,
        {'folder': str(camvid), 'class_balance': 0.5, 'ohem': {'loss': 0.4, 'share': 0.1}},
    )
    dataset = data.open()
    loss = data.loss(dataset)
    due = balanced_weights(torch.from_numpy(dataset.frequencies).float(), 0.5)
    torch.testing.assert_close(loss.weights, due)
    assert loss.ohem == Ohem(0.4, 0.1)


def test_data_that_are_missing_or_unknown_are_named(camvid):
    with pytest.raises(ConfigError, match='pass --data'):
        DataSettings().open()
    with pytest.raises(Exception, match="no data set 'kitti'"):
        DataSettings(name='kitti', folder=camvid).open()


def test_virtual_drives_need_the_classes_of_camvid(camvid, own):
    check_streets(DataSettings(folder=camvid).open())
    with pytest.raises(ConfigError, match=r"those of 'cityscapes'.*data\.clips=real"):
        check_streets(DataSettings(name='folder', folder=own).open())


def test_pairs_are_of_the_data_set_or_of_a_file(camvid, own):
    pairs = VideoData(name='folder', folder=own).pairs()
    assert len(pairs) == 2 * 2
    assert pairs.pair(0, np.random.default_rng(0))[0].shape == (96, 128, 3)
    assert VideoData(video=CLIP, height=90).pairs().pair(
        0, np.random.default_rng(0)
    )[0].shape[0] == 90  # fmt: skip
    like_stills = VideoData(video=CLIP, folder=camvid).pairs()
    assert like_stills.pair(0, np.random.default_rng(0))[0].shape[0] == 96
    (camvid / 'train' / '0001.png').unlink()
    (camvid / 'trainannot' / '0001.png').unlink()
    with pytest.raises(ConfigError, match='holds single frames: give a video'):
        VideoData(folder=camvid).pairs()
