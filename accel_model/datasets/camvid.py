# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""CamVid (Brostow et al., 2008 and 2009), as SegNet's authors or as its own authors lay it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path

from accel_model.datasets.camvid_colours import COLOURS, VOID
from accel_model.datasets.dataset import Dataset, DatasetError
from accel_model.datasets.files import Decoder, FileVideo, unbroken_videos
from accel_model.datasets.labels import LabelReader, painting_of
from accel_model.datasets.listing import images_in, numbered
from accel_ros.classes import ClassTable
from accel_ros.errors import one_line

NUM_CLASSES = 11
IGNORE = 11
SKY, BUILDING, POLE, ROAD, PAVEMENT, TREE, SIGN, FENCE, CAR, PEDESTRIAN, BICYCLIST = range(11)

STILLS, APPROVED = '701_StillsRaw_full', 'LabeledApproved_full'
SPLITS = ('train', 'val', 'test')

# The camera took 30 frames a second; labels are there for every 30th, in one drive every second.
LONGEST_STEP = 2
# One of the original label images, Seq05VD_f02610_L.png, has 175 pixels in no class's colour.
STRAY = 1e-3


@dataclass(frozen=True)
class _Layout:
    """
    Where a split's images and labels are.

    :ivar ending: what the stem of a label image has after the stem of its frame
    :ivar split: the images of all splits lie together; None: the folder is the split
    """

    images: Path
    labels: Path
    ending: str = ''
    split: str | None = None


def open_camvid(root: Path, split: str) -> Dataset:
    """Open a split of CamVid in any of the layouts of docs/data.md. Raises DatasetError."""
    layout = _layout(root, split)
    frames = images_in(layout.images)
    labels = _labels(layout)
    if layout.split is not None:
        labels = _in_split(root, layout.split, labels)
    _check_pairs(layout, frames, labels)
    reader = _reader(painted=bool(layout.ending))
    videos = _videos(frames, labels, reader)
    idle = [video for video in videos if not video.labelled]
    if idle and layout.split is None:
        raise DatasetError(
            f'{idle[0].name} in {root} has no labels in {layout.labels} and leads up to no '
            'labelled frame: add its labels or take the image away'
        )
    return Dataset(reader.classes, [video for video in videos if video.labelled])


def _layout(root: Path, split: str) -> _Layout:
    if (root / f'{split}annot').is_dir():
        return _Layout(root / split, root / f'{split}annot')
    if (root / f'{split}_labels').is_dir():
        return _Layout(root / split, root / f'{split}_labels', '_L')
    if (root / APPROVED).is_dir():
        return _Layout(root / STILLS, root / APPROVED, '_L', split)
    raise DatasetError(
        f'{root} holds no split {split!r} of CamVid: it should have {split}/ with {split}annot/ '
        f'(11 classes), {split}/ with {split}_labels/, or {STILLS}/ with {APPROVED}/ (colours); '
        'see docs/data.md'
    )


def _labels(layout: _Layout) -> dict[str, Path]:
    """Return the label images by the stem of their frame."""
    ending = layout.ending
    files = [path for path in images_in(layout.labels) if path.stem.endswith(ending)]
    if not files:
        raise DatasetError(
            f'{layout.labels} holds no labels NAME{ending}.png: check the data folder'
        )
    return {path.stem.removesuffix(ending): path for path in files}


def _in_split(root: Path, split: str, labels: Mapping[str, Path]) -> dict[str, Path]:
    """Keep the labels that root/SPLIT.txt names, or those of the usual split without that."""
    listed = root / f'{split}.txt'
    if not listed.exists():
        if split not in SPLITS:
            raise DatasetError(
                f'{root} has no {split}.txt and the usual splits are {", ".join(SPLITS)}: '
                'write the names of the frames into it, one a line'
            )
        usual = {stem: path for stem, path in labels.items() if _usual_split(stem) == split}
        if not usual:
            raise DatasetError(
                f'{root / APPROVED} holds no labels of the usual split {split!r}: unpack all of '
                f'CamVid, or write the names of your frames into {listed}'
            )
        return usual
    try:
        lines = listed.read_text(encoding='utf-8').split('\n')
    except (OSError, ValueError) as cause:
        raise DatasetError(
            f'{listed} cannot be read: {one_line(cause)}; write it again'
        ) from cause
    stems = [Path(line.split()[0]).stem.removesuffix('_L') for line in lines if line.strip()]
    missing = [stem for stem in stems if stem not in labels]
    if missing or not stems:
        what = f'names {missing[0]}, which has no labels' if missing else 'names no frames'
        raise DatasetError(f'{listed} {what} in {root / APPROVED}: correct the list')
    return {stem: labels[stem] for stem in stems}


def _usual_split(stem: str) -> str:
    """Return the split of a labelled frame after Sturgess et al. (2009), as used since SegNet.

    Test are the day drive Seq05VD and the second half of the dusk drive 0001TP, validation is
    the part of 0016E5 that is labelled 15 times a second, and training is the rest.
    """
    drive, number = numbered(stem) or ('', 0)
    if drive.startswith('Seq05VD') or (drive == '0001TP_' and number >= 8550):
        return 'test'
    if drive == '0016E5_' and 7959 <= number <= 8159 and number % 2:
        return 'val'
    return 'train'


def _check_pairs(layout: _Layout, frames: list[Path], labels: Mapping[str, Path]) -> None:
    stems = {path.stem for path in frames}
    alone = [path for stem, path in labels.items() if stem not in stems]
    if alone:
        raise DatasetError(
            f'{alone[0]} has no image in {layout.images}: add the image or take the labels away'
        )


def _reader(painted: bool) -> LabelReader:
    classes = ClassTable.named('camvid')
    if not painted:
        return LabelReader(classes, painting_of(classes))
    grouped = ((colour, entry.id) for entry in classes.classes for colour in COLOURS[entry.name])
    return LabelReader(classes, ((VOID, IGNORE), *grouped), stray=STRAY)


def _videos(
    frames: Iterable[Path], labels: Mapping[str, Path], read_labels: LabelReader
) -> list[FileVideo]:
    """Group the frames of each drive into videos; most are of a single frame."""
    found = sorted((*(numbered(path.stem) or (path.stem, 0)), path) for path in frames)
    decoder = Decoder()
    videos = []
    for _, group in groupby(found, key=lambda entry: entry[0]):
        drive = [(number, path) for _, number, path in group]
        step = min((after - before for (before, _), (after, _) in pairwise(drive)), default=0)
        step = step if step <= LONGEST_STEP else 0  # 0: every frame is a video of its own
        videos += unbroken_videos(drive, step, labels, read_labels, decoder)
    return videos
