# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""How near every pixel of a labelled street image is, guessed from its labels alone.

The street is taken for a stage set: road and pavement are a plane below the horizon, the sky is
infinitely far, and everything else stands upright where it meets the ground.
"""

from __future__ import annotations

import cv2
import numpy as np

from accel_model.datasets import camvid

GROUND = (camvid.ROAD, camvid.PAVEMENT)
STRUCTURE = (camvid.BUILDING, camvid.TREE, camvid.FENCE)
STRUCTURE_REACH = 61  # columns over which a facade continues behind what stands before it
FARTHEST = 0.02

Labels = np.ndarray
Map = np.ndarray


def horizon(labels: Labels) -> float:
    """Row of the horizon: just above the farthest road, kept within the middle of the image."""
    height = labels.shape[0]
    rows = np.flatnonzero((labels == camvid.ROAD).sum(1) > 4)
    top = rows[0] if rows.size else 0.5 * height
    return float(np.clip(top - 0.02 * height, 0.3 * height, 0.55 * height))


def inverse_depth(labels: Labels, horizon_row: float) -> Map:
    """Nearness in [0, 1], [H, W]: 0 is infinitely far, 1 the ground at the lower edge."""
    height = labels.shape[0]
    ground = np.isin(labels, GROUND)
    rows = np.arange(height, dtype=np.float32)[:, None]
    contact = _contact_rows(ground)
    facade = cv2.erode(contact, np.ones((1, STRUCTURE_REACH), np.uint8))
    foot = np.where(np.isin(labels, STRUCTURE), facade, contact)
    foot = np.where(ground, rows, foot)
    near = np.clip((foot - horizon_row) / (height - horizon_row), FARTHEST, 1.0)
    return np.where(labels == camvid.SKY, 0.0, near).astype(np.float32)


def _contact_rows(ground: np.ndarray) -> Map:
    """For every pixel the first ground row below it in its column; the image's end if none."""
    height = ground.shape[0]
    rows = np.where(ground, np.arange(height)[:, None], height)
    below = np.minimum.accumulate(rows[::-1], axis=0)[::-1]
    return np.ascontiguousarray(below, dtype=np.float32)
