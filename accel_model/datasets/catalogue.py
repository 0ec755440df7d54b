# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The data sets that can be opened by name."""

from __future__ import annotations

from pathlib import Path

from accel_model.datasets.camvid import open_camvid
from accel_model.datasets.cityscapes import open_cityscapes
from accel_model.datasets.dataset import Dataset, DatasetError
from accel_model.datasets.folder import open_folder

_OPENERS = {'camvid': open_camvid, 'cityscapes': open_cityscapes, 'folder': open_folder}
NAMES = tuple(_OPENERS)


def open_dataset(name: str, root: Path, split: str) -> Dataset:
    """
    Open a split ('train', 'val', ...) of the data set that lies in folder `root`.

    Only the files are listed; images are read when they are asked for.

    :param name: one of NAMES
    :raises DatasetError: the name is unknown, or the folder does not have the data set's layout
    """
    if name not in _OPENERS:
        raise DatasetError(f'there is no data set {name!r}: choose one of {", ".join(NAMES)}')
    return _OPENERS[name](root, split)
