# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Image encodings that are not read here, through cv_bridge where it is installed."""

from __future__ import annotations

import functools
from typing import Any

from sensor_msgs.msg import Image

from accel_ros import images
from accel_ros.errors import ImageError, one_line
from accel_ros.images import Picture


def decode(message: Image) -> Picture:
    """Return a message's image: a view of it, or what cv_bridge makes of it, as bgr8.

    Raises ImageError.
    """
    if message.encoding in images.ENCODINGS:
        return images.decode(message)
    cv_bridge = _cv_bridge()
    if cv_bridge is None:
        return images.decode(message)  # says what is accepted
    try:
        return Picture(cv_bridge.imgmsg_to_cv2(message, 'bgr8'), 'bgr8')
    except Exception as cause:  # a library at work on whatever a camera sent
        raise ImageError(
            f'the image encoding {message.encoding!r:.60} is not supported, and cv_bridge cannot '
            f'convert this image: {one_line(cause):.200}; '
            f'let the camera send one of {", ".join(images.ENCODINGS)}'
        ) from cause


@functools.cache
def _cv_bridge() -> Any | None:
    """Return cv_bridge's converter, or None where there is none that works."""
    try:
        from cv_bridge import CvBridge

        return CvBridge()
    except Exception:  # one that was built for another NumPy fails in ways of its own
        return None
