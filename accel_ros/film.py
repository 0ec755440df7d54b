# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A film of frames, as an mp4 that common players open."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from accel_ros.errors import AccelError

# Every OpenCV with FFmpeg can write MPEG-4; H.264 needs an encoder that its wheels do not have.
CODEC = 'mp4v'


class Film:
    """Writes rgb8 frames; the first one sets the size, and others are resized to it."""

    def __init__(self, path: Path, fps: float) -> None:
        self._path = path
        self._fps = fps
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)  # width, height

    def write(self, image: np.ndarray) -> None:
        """Append a frame, rgb8 [h, w, 3]. Raises AccelError where no film can be written."""
        if self._writer is None:
            self._writer = self._open(image)
        if (image.shape[1], image.shape[0]) != self._size:
            image = cv2.resize(image, self._size, interpolation=cv2.INTER_AREA)
        self._writer.write(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.release()

    def _open(self, image: np.ndarray) -> cv2.VideoWriter:
        height, width = image.shape[:2]
        self._size = (
            max(width // 2, 1) * 2,
            max(height // 2, 1) * 2,
        )  # the codec wants even sides
        code = cv2.VideoWriter.fourcc(*CODEC)
        writer = cv2.VideoWriter(str(self._path), code, self._fps, self._size)
        if not writer.isOpened():
            raise AccelError(
                f'the film {self._path} cannot be written: this OpenCV has no {CODEC} encoder, '
                'or the folder is not writable; leave out --overlay or install opencv-python'
            )
        return writer
