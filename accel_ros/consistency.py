# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Temporal consistency: do labels stay with what they are on from one frame to the next?

The labels of the frame before are moved along a flow that has nothing to do with the networks,
OpenCV's DIS on the images. Consistency is the share of equal labels among the pixels where this
flow can be trusted: forward and backward flow agree and the start lies inside the image.
True labels are not needed.
"""

from __future__ import annotations

import cv2
import numpy as np

from accel_ros.dis import MIN_SIDE, dis_flow

Match = np.ndarray  # i32 [H, W]: index of the same point in the flattened frame before; or NOWHERE

NOWHERE = -1
PRESET = cv2.DISOPTICAL_FLOW_PRESET_FAST


def match_frames(current: np.ndarray, previous: np.ndarray) -> Match:
    """Find every pixel of a frame u8 [H, W, 3] in the one before; nearest pixel, or NOWHERE."""
    height, width = current.shape[:2]
    if min(height, width) < MIN_SIDE:
        return np.full((height, width), NOWHERE, np.int32)
    flow, valid = dis_flow(current, previous, PRESET)
    x = np.rint(flow[..., 0] + np.arange(width)).astype(np.int32)
    y = np.rint(flow[..., 1] + np.arange(height)[:, None]).astype(np.int32)
    valid = valid & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    return np.where(valid, y * width + x, NOWHERE).astype(np.int32)


class Consistency:
    """Counts pixels over as many pairs of frames as are added."""

    def __init__(self) -> None:
        self.equal = 0
        self.seen = 0

    def add(self, match: Match, before: np.ndarray, labels: np.ndarray) -> None:
        """
        Add a pair of frames.

        :param match: where each pixel was in the frame before
        :param before: class ids of the frame before, u8 [H, W]
        :param labels: class ids of the frame, u8 [H, W]
        """
        found = match != NOWHERE
        self.equal += int(np.count_nonzero(before.ravel()[match[found]] == labels[found]))
        self.seen += int(np.count_nonzero(found))

    @property
    def share(self) -> float:
        """Return the share of equal labels; nan where no pixel could be followed."""
        return self.equal / self.seen if self.seen else float('nan')
