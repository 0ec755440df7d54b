# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The camera's calibration, made to fit its label images."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from rclpy.node import Node
from rclpy.qos_overriding_options import QoSOverridingOptions
from sensor_msgs.msg import CameraInfo, RegionOfInterest
from std_msgs.msg import Header

from accel_ros.node import qos

Size = tuple[int, int]  # height, width
MAX_FULL = 1 << 16  # pixels a side of a camera; scaled, they still fit the message


class Calibration:
    """The newest CameraInfo on N/camera_info; one that does not fit is spoken of once."""

    def __init__(self, node: Node, camera: str, warn: Callable[[str], object]) -> None:
        """Subscribe; `warn` gets a line when the calibration cannot be used."""
        self._node = node
        self._warn = warn
        self._newest: CameraInfo | None = None  # written by the executor's thread, read by others
        self._problem: str | None = None
        self._subscription = node.create_subscription(
            CameraInfo,
            f'{camera}/camera_info',
            self._receive,
            qos.newest_only(),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )

    def of_labels(self, header: Header, image: Size, labels: Size) -> CameraInfo | None:
        """Return the calibration of a label image, or None where there is none that fits."""
        info = self._newest
        if info is None:
            return None
        said, self._problem = self._problem, problem(info, image)
        if self._problem is None:
            return scaled(info, header, image, labels)
        if self._problem != said:
            self._warn(f'camera_info is not passed on: {self._problem}')
        return None

    def close(self) -> None:
        """Stop listening."""
        self._node.destroy_subscription(self._subscription)

    def _receive(self, info: CameraInfo) -> None:
        self._newest = info


def problem(info: CameraInfo, image: Size) -> str | None:
    """Return why a calibration cannot be that of an image of this size, or None.

    An uncalibrated camera, whose K is zero, has no problem: its K stays zero.
    """
    for name in ('d', 'k', 'r', 'p'):
        if not np.isfinite(getattr(info, name)).all():
            return f'its {name.upper()} has values that are not finite'
    focal = info.k[0], info.k[4]
    if min(focal) < 0 or (min(focal) == 0) != (max(focal) == 0):
        return f'its focal lengths are {focal[0]:g} and {focal[1]:g}, and have to be positive'
    across, down = _sides(info)
    if max(across.full, down.full) > MAX_FULL:
        return f'its size is {across.full}x{down.full}, and {MAX_FULL} a side is the most there is'
    if any(side.offset + side.part > side.full for side in (across, down)):
        return f'its region of interest is not within its {across.full}x{down.full} pixels'
    if (down.covered, across.covered) != image:
        return (
            f'it is that of an image of {across.covered}x{down.covered} pixels (by its size, '
            f'region of interest and binning), and the image has {image[1]}x{image[0]}'
        )
    return None


def scaled(info: CameraInfo, header: Header, image: Size, labels: Size) -> CameraInfo:
    """Return the calibration of an image's labels, which may have another size than the image.

    Binning stays as it is; size, region of interest, K and P are scaled. Label images are resized
    with pixel centres aligned, u' = (u + 1/2) s - 1/2, and so is the principal point. What the
    region's offset loses by being whole, K and P make up for. D and R do not depend on pixels.
    """
    across, down = _sides(info)
    across, sx, x = across.scaled(image[1], labels[1])
    down, sy, y = down.scaled(image[0], labels[0])
    change = np.array([[sx, 0, x], [0, sy, y], [0, 0, 1]])
    return CameraInfo(
        header=header,
        height=down.full,
        width=across.full,
        distortion_model=info.distortion_model,
        d=info.d,
        k=(change @ info.k.reshape(3, 3)).ravel(),
        r=info.r,
        p=(change @ info.p.reshape(3, 4)).ravel(),
        binning_x=info.binning_x,
        binning_y=info.binning_y,
        roi=RegionOfInterest(
            x_offset=across.offset,
            y_offset=down.offset,
            height=down.part,
            width=across.part,
            do_rectify=info.roi.do_rectify,
        ),
    )


class _Side(NamedTuple):
    """One side of a camera: all of its pixels, the part that is read out, and the binning."""

    full: int
    offset: int
    part: int  # 0: all of it
    binning: int

    @property
    def covered(self) -> int:
        """Return the pixels of the image."""
        return (self.part or self.full) // self.binning

    def scaled(self, image: int, labels: int) -> tuple[_Side, float, float]:
        """Return the side of a camera that has `labels` pixels for this one's `image`.

        And what that does to a coordinate u of all pixels: u' = scale u + shift.
        """
        if image == labels:
            return self, 1.0, 0.0
        scale = labels / image
        offset, part = round(self.offset * scale), labels * self.binning
        full = max(round(self.full * scale), offset + part) if self.part else part
        shift = offset - scale * self.offset + self.binning * (scale - 1) / 2
        return _Side(full, offset, part if self.part else 0, self.binning), scale, shift


def _sides(info: CameraInfo) -> tuple[_Side, _Side]:
    """Return a camera's sides, across and down; a region without an area is all of it."""
    roi = info.roi if info.roi.width and info.roi.height else RegionOfInterest()
    return (
        _Side(info.width, roi.x_offset, roi.width, max(info.binning_x, 1)),
        _Side(info.height, roi.y_offset, roi.height, max(info.binning_y, 1)),
    )
