# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Videos that lie on the disk as one file per frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from accel_model.datasets.dataset import DatasetError, Image
from accel_model.datasets.listing import runs
from accel_model.datasets.pixels import Pixels, read_image

Read = Callable[[Path], Pixels]

MEMORY = 512 << 20  # bytes a process may spend on decoded frames


class Decoder:
    """
    Decodes files; keeps what it decoded while all frames would fit into MEMORY.

    CamVid at 480x360 fits, and is decoded once. Cityscapes is far too big, and keeping a part of
    it would hardly save anything.
    """

    def __init__(self) -> None:
        self._frames = 0
        self._kept: dict[Path, Pixels] = {}

    def expect(self, frames: int) -> None:
        """Take note of `frames` more frames that will be asked for."""
        self._frames += frames

    def read(self, path: Path, read: Read) -> Pixels:
        """Return the caller's own copy of what `read` makes of a file."""
        kept = self._kept.get(path)
        if kept is not None:
            return kept.copy()
        pixels = read(path)
        if self._frames * pixels.nbytes <= MEMORY:
            self._kept[path] = pixels.copy()
        return pixels


class FileVideo:
    """
    A video whose frames and labels are files; all of them have one size.

    :param name: its first frame, for messages and reports
    :param frames: the image of every frame, without a gap
    :param label_files: the label image of every labelled frame, by the frame's place in `frames`
    :param read_labels: reads a label image to class ids, u8 [H, W]
    :param decoder: shared by the videos of a data set
    """

    def __init__(
        self,
        name: str,
        frames: Sequence[Path],
        label_files: Mapping[int, Path],
        read_labels: Read,
        decoder: Decoder,
    ) -> None:
        self.name = name
        self.labelled = tuple(sorted(label_files))
        self._frames = tuple(frames)
        self._label_files = dict(label_files)
        self._read_labels = read_labels
        self._decoder = decoder
        decoder.expect(len(frames))
        self._first: tuple[Path, tuple[int, ...]] | None = None  # a file and its height and width

    def __len__(self) -> int:
        return len(self._frames)

    def image(self, index: int) -> Image:
        """Return frame `index`, RGB, u8 [H, W, 3]. Raises DatasetError."""
        return self._read(self._frames[index], read_image)

    def labels(self, index: int) -> Pixels:
        """Return the class ids of labelled frame `index`, u8 [H, W]. Raises DatasetError."""
        return self._read(self._label_files[index], self._read_labels)

    def _read(self, path: Path, read: Read) -> Pixels:
        pixels = self._decoder.read(path, read)
        if self._first is None:
            self._first = path, pixels.shape[:2]
        other, (height, width) = self._first
        if pixels.shape[:2] != (height, width):
            raise DatasetError(
                f'{path} is {pixels.shape[1]}x{pixels.shape[0]} but {other} of the same video is '
                f'{width}x{height}: scale labels to the size of their images, with nearest '
                'neighbour, and put frames of another size into a video of their own'
            )
        return pixels


def unbroken_videos(
    frames: Sequence[tuple[int, Path]],
    step: int,
    label_files: Mapping[str, Path],
    read_labels: Read,
    decoder: Decoder,
) -> list[FileVideo]:
    """
    Make a video of every longest run of frames whose numbers rise by `step`.

    :param frames: number and image of every frame, ascending
    :param label_files: the label images, by the stem of their frame
    :raises DatasetError: two frames have one number
    """
    for (before, path), (after, other) in pairwise(frames):
        if before == after:
            raise DatasetError(f'{path} and {other.name} have the same number: take one away')
    videos = []
    for run in runs([number for number, _ in frames], step):
        paths = [frames[place][1] for place in run]
        stems = [path.stem for path in paths]
        labels = {i: label_files[stem] for i, stem in enumerate(stems) if stem in label_files}
        name = str(Path(paths[0].parent.name, stems[0]))
        videos.append(FileVideo(name, paths, labels, read_labels, decoder))
    return videos
