# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Images, labels and videos that lie on the disk as one file per frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from accel_model.datasets.dataset import DatasetError, Image
from accel_ros.classes import ClassTable

Pixels = np.ndarray


def read_image(path: Path) -> Image:
    """Read a PNG or JPEG, RGB, u8 [H, W, 3]. Raises DatasetError."""
    return _pixels(path, cv2.IMREAD_COLOR_RGB)


def read_pixels(path: Path) -> Pixels:
    """Read a label image as it was stored: u8 [H, W], or RGB u8 [H, W, 3]. Raises DatasetError."""
    pixels = _pixels(path, cv2.IMREAD_UNCHANGED)
    if pixels.dtype != np.uint8:
        raise DatasetError(
            f'{path} has {8 * pixels.itemsize} bits a pixel: save class ids with 8 bits'
        )
    if pixels.ndim == 2:
        return pixels
    return np.ascontiguousarray(pixels[..., 2::-1])


def _pixels(path: Path, flags: int) -> Pixels:
    pixels = cv2.imread(str(path), flags)
    if pixels is None:
        raise DatasetError(
            f'{path} cannot be read: it is missing, cut off or no image; copy it again'
        )
    return pixels


def check_ids(path: Path, ids: Pixels, classes: ClassTable) -> None:
    """Raise DatasetError if labels u8 [H, W] hold an id that is not in the class table."""
    counts = np.bincount(ids.ravel(), minlength=256)
    counts[: len(classes)] = 0
    counts[classes.ignore] = 0
    unknown = np.flatnonzero(counts)
    if unknown.size:
        found = ', '.join(f'{identity} ({counts[identity]} pixels)' for identity in unknown[:5])
        more = f' and {unknown.size - 5} more' if unknown.size > 5 else ''
        raise DatasetError(
            f'{path} holds ids that class table {classes.name} lacks: {found}{more}; it has '
            f'0 to {len(classes) - 1}, and {classes.ignore} for pixels that do not count: '
            'convert the labels, or add the classes to the table'
        )


class FileVideo:
    """
    A video whose frames and labels are files.

    :param name: where it begins, for messages
    :param frames: the image of every frame, without a gap
    :param label_files: the label image of every labelled frame, by the frame's place in `frames`
    :param read_labels: reads a label image to class ids, u8 [H, W]
    """

    def __init__(
        self,
        name: str,
        frames: Sequence[Path],
        label_files: Mapping[int, Path],
        read_labels: Callable[[Path], Pixels],
    ) -> None:
        self.name = name
        self.labelled = tuple(sorted(label_files))
        self._frames = tuple(frames)
        self._label_files = dict(label_files)
        self._read_labels = read_labels

    def __len__(self) -> int:
        return len(self._frames)

    def image(self, index: int) -> Image:
        """Return frame `index`, RGB, u8 [H, W, 3]. Raises DatasetError."""
        return read_image(self._frames[index])

    def labels(self, index: int) -> Pixels:
        """Return the class ids of labelled frame `index`, u8 [H, W]. Raises DatasetError."""
        return self._read_labels(self._label_files[index])
