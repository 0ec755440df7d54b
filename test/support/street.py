# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A made-up street in CamVid's layout: textured, labelled, small."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from accel_model.datasets import camvid

HEIGHT, WIDTH = 96, 128


@dataclass(frozen=True)
class Street:
    """An image, RGB, u8 [H, W, 3], and its class ids, u8 [H, W]."""

    image: np.ndarray
    labels: np.ndarray


def street(seed: int = 0) -> Street:
    """Sky, a building on the left, road, and a car on the road."""
    rng = np.random.default_rng(seed)
    labels = np.full((HEIGHT, WIDTH), camvid.SKY, np.uint8)
    labels[45:] = camvid.ROAD
    labels[10:60, :40] = camvid.BUILDING
    labels[50:66, 80:104] = camvid.CAR
    noise = cv2.GaussianBlur(rng.uniform(0, 255, (HEIGHT, WIDTH, 3)), (0, 0), 1.5)
    image = (noise - noise.min()) / np.ptp(noise) * 120 + 8 * labels[..., None].astype(float)
    return Street(image.astype(np.uint8), labels)


def write_camvid(root: Path, split: str, count: int) -> Path:
    """Write `count` streets as a split of CamVid; returns the root."""
    for folder in (root / split, root / f'{split}annot'):
        folder.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        frame = street(index)
        name = f'{index:04d}.png'
        cv2.imwrite(str(root / split / name), cv2.cvtColor(frame.image, cv2.COLOR_RGB2BGR))
        cv2.imwrite(str(root / f'{split}annot' / name), frame.labels)
    return root
