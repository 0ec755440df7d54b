# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Random scale, crop, flip and colour, the same for an image and its labels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

Image = np.ndarray


@dataclass(frozen=True)
class Augmentation:
    """What is done to a training sample.

    :ivar crop: height and width of the sample in pixels.
    :ivar scale: lower and upper end of the uniformly drawn scale.
    :ivar flip: mirror half of the samples.
    :ivar colour: largest relative change of brightness and contrast, 0 for none.
    """

    crop: tuple[int, int]
    scale: tuple[float, float] = (1.0, 1.0)
    flip: bool = False
    colour: float = 0.0


def augment(
    image: Image, labels: Image, how: Augmentation, ignore: int, rng: np.random.Generator
) -> tuple[Image, Image]:
    """Cut one random window out of image [H, W, 3] and labels [H, W].

    Pixels outside the image become black and `ignore`.
    """
    placement = random_placement(image.shape[:2], how, rng)
    image = cv2.warpAffine(image, placement, how.crop[::-1], flags=cv2.INTER_LINEAR)
    return recolour(image, how.colour, rng), place_labels(labels, placement, how.crop, ignore)


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
    """2x3 matrix that takes image coordinates to coordinates in the crop."""
    height, width = size
    scale = rng.uniform(*how.scale)
    slack = np.array([scale * width - how.crop[1], scale * height - how.crop[0]])
    left, top = rng.uniform(np.minimum(slack, 0), np.maximum(slack, 0))
    if how.flip and rng.random() < 0.5:
        return np.array([[-scale, 0, scale * (width - 1) - left], [0, scale, -top]])
    return np.array([[scale, 0, -left], [0, scale, -top]])


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
