# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Which image files a folder holds, and which of them are consecutive frames."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from accel_model.datasets.dataset import DatasetError
from accel_ros.errors import one_line

IMAGE_SUFFIXES = ('.png', '.jpg', '.jpeg')
_NUMBERED = re.compile(r'(.*?)([0-9]+)')


def images_in(folder: Path) -> list[Path]:
    """Return the images of a folder by name; what is hidden or no image is passed over."""
    return [file for file in _entries(folder) if file.suffix.lower() in IMAGE_SUFFIXES]


def folders_in(folder: Path) -> list[Path]:
    """Return the folders in a folder by name, without hidden ones."""
    return [entry for entry in _entries(folder) if entry.is_dir()]


def _entries(folder: Path) -> list[Path]:
    try:
        return [folder / name for name in sorted(os.listdir(folder)) if not name.startswith('.')]
    except OSError as cause:
        raise DatasetError(
            f'folder {folder} cannot be listed: {one_line(cause)}; see docs/data.md for the layout'
        ) from cause


def numbered(stem: str) -> tuple[str, int] | None:
    """Split a name such as `0016E5_07959` into what comes before its last number, and that."""
    match = _NUMBERED.fullmatch(stem)
    return (match[1], int(match[2])) if match else None


def runs(numbers: Sequence[int], step: int) -> Iterable[range]:
    """Yield the places of every longest run in ascending `numbers` that rises by `step`."""
    first = 0
    for place in range(1, len(numbers) + 1):
        if place == len(numbers) or numbers[place] - numbers[place - 1] != step:
            yield range(first, place)
            first = place
