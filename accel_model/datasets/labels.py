# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Label images: class ids of a data set, stored as numbers or painted in colours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from accel_model.datasets.dataset import DatasetError
from accel_model.datasets.pixels import Pixels, read_label_image
from accel_ros.classes import ClassTable

Colour = tuple[int, int, int]
Painting = tuple[tuple[Colour, int], ...]

BLACK = (0, 0, 0)
UNKNOWN = -1
SHOWN = 4  # unknown values that a message names


def painting_of(classes: ClassTable) -> Painting:
    """Return what the colours of a class table mean; black is ignored unless it is a class."""
    colours = tuple((entry.color, entry.id) for entry in classes.classes)
    return colours if BLACK in dict(colours) else ((BLACK, classes.ignore), *colours)


@dataclass(frozen=True)
class LabelReader:
    """
    Reads label images to class ids; calling it raises DatasetError.

    :ivar classes: the class table
    :ivar painting: the id of every colour, for label images in colour
    :ivar renumbering: the id of every stored value, [256]; None: they are ids
    :ivar stray: share of pixels that may have an unknown colour; they are ignored
    """

    classes: ClassTable
    painting: Painting
    renumbering: tuple[int, ...] | None = None
    stray: float = 0.0

    def __call__(self, path: Path) -> Pixels:
        """Return the class ids in a label image, u8 [H, W]."""
        pixels = read_label_image(path)
        if pixels.ndim == 3:
            return self._painted(path, pixels)
        if self.renumbering is not None:
            pixels = np.array(self.renumbering, np.uint8)[pixels]
        self._check_ids(path, pixels)
        return pixels

    def _check_ids(self, path: Path, ids: Pixels) -> None:
        counts = np.bincount(ids.ravel(), minlength=256)
        counts[: len(self.classes)] = counts[self.classes.ignore] = 0
        if counts.any():
            found = [(str(value), int(counts[value])) for value in np.flatnonzero(counts)]
            raise DatasetError(
                f'{path} holds ids that class table {self.classes.name} lacks: {_listed(found)}; '
                f'it has 0 to {len(self.classes) - 1}, and {self.classes.ignore} for pixels that '
                'do not count: renumber the labels, or add the classes to the table'
            )

    def _painted(self, path: Path, pixels: Pixels) -> Pixels:
        if len(dict(self.painting)) < len(self.painting):
            raise DatasetError(
                f'{path} is in colour, but classes of {self.classes.name} share a colour: give '
                'every class its own, or save class ids as 8-bit grey'
            )
        codes = _codes(pixels)
        ids = np.take(_lookup(self.painting), codes)
        unknown = ids == UNKNOWN
        if unknown.mean() > self.stray:
            values, counts = np.unique(codes[unknown], return_counts=True)
            order = np.argsort(-counts, kind='stable')
            found = [(str(_colour(int(values[i]))), int(counts[i])) for i in order]
            raise DatasetError(
                f'{path} holds colours that no class of {self.classes.name} has: '
                f'{_listed(found)}; paint labels in the exact colours of the classes and save '
                'them as PNG without smoothing, or save class ids as 8-bit grey'
            )
        ids[unknown] = self.classes.ignore
        return ids.astype(np.uint8)


def _listed(found: list[tuple[str, int]]) -> str:
    """Name the first few values and how many pixels have them."""
    text = ', '.join(f'{value} ({count} pixels)' for value, count in found[:SHOWN])
    return text + (f' and {len(found) - SHOWN} more' if len(found) > SHOWN else '')


def _codes(pixels: Pixels) -> np.ndarray:
    """RGB [H, W, 3] -> one number a colour, [H, W]; the fourth byte is filled with 255."""
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2RGBA).view('<u4')[..., 0] & 0xFFFFFF


def _colour(code: int) -> Colour:
    return code & 255, code >> 8 & 255, code >> 16


@lru_cache(maxsize=4)
def _lookup(painting: Painting) -> np.ndarray:
    """Return the id of each of all colours by its code, i16 [2^24]."""
    table = np.full(1 << 24, UNKNOWN, np.int16)
    for (red, green, blue), identity in painting:
        table[red | green << 8 | blue << 16] = identity
    return table
