# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Frames as the pipeline would give them to the graphs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from support.bundles import HEIGHT, WIDTH, write_bundle
from support.videos import PanningVideo, panning_dataset

from accel_model.export.precision.footage import INTERVAL, labelled, made_up, recorded
from accel_model.export.verify import ExportError
from accel_ros.bundle import Bundle
from accel_ros.classes import ClassTable
from accel_ros.errors import SourceError
from accel_ros.pipeline import DEFAULT_INTERVAL


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return Bundle.open(write_bundle(tmp_path / 'tiny'))


def test_the_interval_is_the_pipeline_s() -> None:
    assert INTERVAL == DEFAULT_INTERVAL


def test_images_of_a_folder_are_fitted_to_the_bundle(bundle: Bundle, tmp_path: Path) -> None:
    folder = tmp_path / 'images'
    folder.mkdir()
    for index in range(7):
        image = np.full((2 * HEIGHT, 2 * WIDTH, 3), (9, 5, 20 * index), np.uint8)  # BGR
        cv2.imwrite(str(folder / f'{index}.png'), image)
    footage = recorded(folder, bundle.manifest)
    assert (footage.name, footage.count) == ('images', 7)
    for _ in range(2):  # it can be read again
        looks = list(footage.read())
        assert [look.keyframe for look in looks] == [True] + 4 * [False] + [True, False]
        assert all(look.image.shape == (HEIGHT, WIDTH, 3) for look in looks)
        assert [look.image[0, 0].tolist() for look in looks] == [[20 * i, 5, 9] for i in range(7)]
    (folder / '3.png').write_bytes(b'broken')
    with pytest.raises(SourceError, match=r'3\.png cannot be read'):
        list(footage.read())


def test_labelled_videos_start_with_a_keyframe_each(bundle: Bundle) -> None:
    dataset = panning_dataset(PanningVideo(7), PanningVideo(4, [3], seed=1))
    fitting = replace(bundle, classes=ClassTable.named('cityscapes'))
    footage = labelled(dataset, 'made-up streets', fitting)
    looks = list(footage.read())
    assert footage.count == len(looks) == 10
    assert [look.keyframe for look in looks] == [i in (0, 5, 7) for i in range(10)]
    assert [look.truth is not None for look in looks] == 7 * [True] + 2 * [False] + [True]
    assert looks[0].image.shape == (HEIGHT, WIDTH, 3)
    with pytest.raises(ExportError, match='the classes of tiny and the labels those of citys'):
        labelled(dataset, 'made-up streets', bundle)


def test_made_up_frames_have_the_bundle_s_size(bundle: Bundle) -> None:
    looks = list(made_up(bundle.manifest).read())
    assert [look.keyframe for look in looks] == [True, False, False]
    assert {look.image.shape for look in looks} == {(HEIGHT, WIDTH, 3)}
