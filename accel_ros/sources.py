# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Recorded frames: a folder of images, a video file or a rosbag2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import cv2

from accel_ros.bags import BAG_SUFFIXES, BagSource
from accel_ros.errors import ImageError, SourceError, one_line
from accel_ros.images import decode_file
from accel_ros.pipeline import Frame

IMAGE_SUFFIXES = {'.bmp', '.jpeg', '.jpg', '.pgm', '.png', '.ppm', '.tif', '.tiff', '.webp'}
DEFAULT_FPS = 10.0


class Source(Protocol):
    """Frames in their order. Reading raises SourceError, which names the frame."""

    count: int | None  # how many frames there are, as far as it is known before reading them
    fps: float  # frames a second, for a film of them

    def __iter__(self) -> Iterator[Frame]:
        """Yield every frame."""


def open_source(path: str | Path, topic: str | None = None) -> Source:
    """Open what a path holds; `topic` is a bag's image topic. Raises SourceError."""
    path = Path(path).expanduser()
    if not path.exists():
        raise SourceError(f'there is no input {path}; name a folder of images, a video or a bag')
    if (path / 'metadata.yaml').exists() or path.suffix in BAG_SUFFIXES:
        return BagSource(path, topic)
    if topic is not None:
        raise SourceError(f'{path} is not a rosbag2, so it has no topic {topic}; leave it out')
    return FolderSource(path) if path.is_dir() else VideoSource(path)


class FolderSource:
    """The images of a folder in natural order: frame2.png comes before frame10.png.

    Images have no time, so their stamps are unknown.
    """

    fps = DEFAULT_FPS

    def __init__(self, path: Path) -> None:
        try:
            files = [file for file in path.iterdir() if _is_image(file)]
        except OSError as cause:
            raise SourceError(f'folder {path} cannot be read: {one_line(cause)}') from cause
        if not files:
            bags = [file.name for file in path.iterdir() if file.suffix in BAG_SUFFIXES]
            hint = ', '.join(sorted(IMAGE_SUFFIXES))
            if bags:
                hint = f'and {bags[0]} has no metadata.yaml beside it: run ros2 bag reindex'
            raise SourceError(f'folder {path} has no images ({hint}); name another folder')
        self._files = sorted(files, key=lambda file: natural_key(file.name))
        self.count: int | None = len(files)

    def __iter__(self) -> Iterator[Frame]:
        """Yield every image as bgr8; an unreadable one ends it with a SourceError."""
        for file in self._files:
            try:
                image = decode_file(file.read_bytes())
            except (OSError, ImageError) as cause:
                raise SourceError(
                    f'image {file} cannot be read: {one_line(cause)}; repair it or take it out'
                ) from cause
            yield Frame(image, 'bgr8')


class VideoSource:
    """The frames of a video file, stamped with their time from its start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with _Capture(path) as capture:
            count, fps = capture.get(cv2.CAP_PROP_FRAME_COUNT), capture.get(cv2.CAP_PROP_FPS)
            if not capture.read()[0]:
                raise SourceError(f'video {path} has no frame that can be read; record it again')
        self.count = int(count) if 0 < count < 1e9 else None
        self.fps = fps if 0 < fps <= 1000 else DEFAULT_FPS

    def __iter__(self) -> Iterator[Frame]:
        """Yield every frame as bgr8, up to the end or the first one that is damaged."""
        with _Capture(self._path) as capture:
            while True:
                good, image = capture.read()
                if not good:
                    return
                yield Frame(image, 'bgr8', int(capture.get(cv2.CAP_PROP_POS_MSEC) * 1e6))


class _Capture:
    """An open cv2.VideoCapture that is released at the end of its block."""

    def __init__(self, path: Path) -> None:
        self._capture = None if _is_image(path) else cv2.VideoCapture(str(path))
        if self._capture is None or not self._capture.isOpened():
            raise SourceError(
                f'{path} is not a video that OpenCV can read; name a video, a folder of images '
                'or a rosbag2'
            )

    def __enter__(self) -> cv2.VideoCapture:
        assert self._capture is not None
        return self._capture

    def __exit__(self, *_: object) -> None:
        assert self._capture is not None
        self._capture.release()


def natural_key(name: str) -> list[str | int]:
    """Return a sort key that puts numbers inside a name in the order of their values."""
    parts = re.split(r'([0-9]+)', name.lower())
    return [int(part) if index % 2 else part for index, part in enumerate(parts)]


def _is_image(file: Path) -> bool:
    hidden = file.name.startswith('.')
    return file.suffix.lower() in IMAGE_SUFFIXES and not hidden and file.is_file()
