# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Flow between two images without learning: OpenCV's DIS (Kroeger et al., 2016)."""

from __future__ import annotations

import cv2
import numpy as np

from accel_ros.resample import pixel_grid, resample

Image = np.ndarray
Map = np.ndarray

AGREEMENT = 1.0  # pixels that the way back may miss the start by
MIN_SIDE = 12  # OpenCV's DIS refuses smaller images


def dis_flow(
    current: Image, previous: Image, preset: int = cv2.DISOPTICAL_FLOW_PRESET_MEDIUM
) -> tuple[Map, np.ndarray]:
    """
    Flow from one image back to another, and where it can be trusted.

    :param current: u8 [H, W, 3], RGB, with sides of at least MIN_SIDE
    :param previous: u8 [H, W, 3]
    :param preset: how thorough it is, one of OpenCV's cv2.DISOPTICAL_FLOW_PRESET_*
    :returns: f32 [H, W, 2], x and y in pixels from current to previous; and bool [H, W], true
        where following the flow there and the opposite flow back ends AGREEMENT pixels from the
        start or nearer
    """
    now, before = (cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in (current, previous))
    method = cv2.DISOpticalFlow.create(preset)
    flow: Map = method.calc(now, before, None)  # type: ignore[call-overload]
    back: Map = method.calc(before, now, None)  # type: ignore[call-overload]
    returned = flow + resample(back, pixel_grid(*flow.shape[:2]) + flow)
    return flow, np.linalg.norm(returned, axis=-1) < AGREEMENT
