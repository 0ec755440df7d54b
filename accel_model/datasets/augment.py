# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Random scale, crop, flip and colour, the same for the frames of a clip and its labels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

Image = np.ndarray


@dataclass(frozen=True)
class Augmentation:
    """
    What is done to a training sample; without arguments nothing.

    The paper's is a crop of 768x1024 alone, at a uniformly drawn place.

    :ivar crop: height and width of the sample in pixels; None: those of the frame
    :ivar scale: lower and upper end of the uniformly drawn scale
    :ivar flip: mirror half of the samples
    :ivar colour: largest relative change of brightness and contrast, 0 for none
    """

    crop: tuple[int, int] | None = None
    scale: tuple[float, float] = (1.0, 1.0)
    flip: bool = False
    colour: float = 0.0


def augment_clip(
    images: Image, labels: Image, how: Augmentation, ignore: int, rng: np.random.Generator
) -> tuple[Image, Image]:
    """
    Cut one random window out of all frames of a clip and out of the labels of its last frame.

    Pixels outside the frames become black and `ignore`.

    :param images: u8 [T, H, W, 3]
    :param labels: u8 [H, W]
    :returns: images u8 [T, h, w, 3] and labels u8 [h, w]
    """
    placement = random_placement(labels.shape, how, rng)
    return place_clip(images, labels, placement, how, ignore, rng)


def place_clip(
    images: Image,
    labels: Image,
    placement: np.ndarray,
    how: Augmentation,
    ignore: int,
    rng: np.random.Generator,
) -> tuple[Image, Image]:
    """As `augment_clip`, the window at a place from `random_placement`."""
    crop = how.crop or (labels.shape[0], labels.shape[1])
    size = (crop[1], crop[0])
    cut = [cv2.warpAffine(image, placement, size, flags=cv2.INTER_LINEAR) for image in images]
    together = recolour(np.concatenate(cut), how.colour, rng)
    return together.reshape(-1, *crop, 3), place_labels(labels, placement, crop, ignore)


def place_labels(
    labels: Image, placement: np.ndarray, crop: tuple[int, int], ignore: int
) -> Image:
    """Labels [H, W] in a crop of height and width; `ignore` where the image does not reach."""
    border = (ignore, 0, 0, 0)
    return cv2.warpAffine(
        labels, placement, crop[::-1], flags=cv2.INTER_NEAREST, borderValue=border
    )


def random_placement(
    size: tuple[int, ...], how: Augmentation, rng: np.random.Generator
) -> np.ndarray:
    """2x3 matrix that takes image coordinates to coordinates in the crop.

    The window begins at a whole pixel of the scaled image, so scale 1 copies pixels.
    """
    height, width = size
    crop_height, crop_width = how.crop or size
    scale = rng.uniform(*how.scale)
    left = _offset(scale * width - crop_width, rng)
    top = _offset(scale * height - crop_height, rng)
    if how.flip and rng.random() < 0.5:
        return np.array([[-scale, 0, scale * (width - 1) - left], [0, scale, -top]])
    return np.array([[scale, 0, -left], [0, scale, -top]])


def _offset(slack: float, rng: np.random.Generator) -> int:
    """Draw where a window begins in a row that is `slack` longer, or shorter if negative."""
    return int(rng.integers(math.ceil(min(slack, 0)), math.floor(max(slack, 0)) + 1))


def recolour(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Change brightness, contrast and the balance of the channels by up to `strength`."""
    if not strength:
        return image
    gain = rng.uniform(1 - strength, 1 + strength)
    balance = rng.uniform(1 - strength / 4, 1 + strength / 4, 3)
    offset = rng.uniform(-strength, strength) * 64
    steps = np.arange(256, dtype=np.float32)[:, None]
    table = np.clip((steps - 128) * gain * balance + 128 + offset, 0, 255).astype(np.uint8)
    return cv2.LUT(image, table[None])
