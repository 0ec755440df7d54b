# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Made-up video with sparse labels, as a user's own data set has it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from support.pictures import write_pixels
from support.shared import REPOSITORY
from support.street import street

from accel_model.datasets.virtual_drive import Motion, drive

CLASSES = REPOSITORY / 'config' / 'classes'


def write_drives(root: Path, count: int, frames: int, classes: str = 'cityscapes') -> Path:
    """Write short drives whose last frame is labelled, in the layout of own data; returns root."""
    root.mkdir(parents=True, exist_ok=True)
    shutil.copy(CLASSES / f'{classes}.yaml', root / 'classes.yaml')
    for index in range(count):
        still = street(index)
        motion = Motion(0.05 + 0.02 * index, 0.005, (0.002, 0.0, 0.0))
        clip = drive(still.image, still.labels, frames, motion, np.random.default_rng(index))
        for number, image in enumerate(clip.images):
            write_pixels(root / 'train' / 'frames' / f'{index}' / f'{number:06d}.png', image)
        last = f'{frames - 1:06d}.png'
        write_pixels(root / 'train' / 'labels' / f'{index}' / last, still.labels)
    return root
