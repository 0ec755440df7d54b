# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Cityscapes (Cordts et al., 2016): snippets of 30 frames of which the 20th is labelled."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from accel_model.datasets.dataset import Dataset, DatasetError
from accel_model.datasets.files import Decoder, FileVideo
from accel_model.datasets.labels import LabelReader, painting_of
from accel_model.datasets.listing import folders_in, images_in
from accel_ros.classes import ClassTable

SNIPPETS, SINGLES, LABELS = 'leftImg8bit_sequence', 'leftImg8bit', 'gtFine'
BEFORE, AFTER = 19, 10  # frames of a snippet around its labelled one

# Files are named CITY_SEQUENCE_FRAME and one of these.
IMAGE = '_leftImg8bit.png'
TRAIN_IDS = ('_gtFine_labelTrainIds.png', '_gtFine_trainIds.png')
ALL_IDS = '_gtFine_labelIds.png'  # the ids of the download

NUM_IDS = 34
# The ids that are evaluated, by their train ids.
EVALUATED = (7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33)


@dataclass(frozen=True)
class _Labels:
    """The label image of the frame `CITY_SEQUENCE_` `number`."""

    sequence: str
    number: int
    path: Path
    reader: LabelReader


def open_cityscapes(root: Path, split: str) -> Dataset:
    """
    Open a split ('train', 'val', 'test') of Cityscapes, its cities in alphabetical order.

    :raises DatasetError: a folder or an image is missing, or there are no labels
    """
    labels = _folder(root, (LABELS,), split)
    frames = _folder(root, (SNIPPETS, SINGLES), split)
    classes = ClassTable.named('cityscapes')
    readers = _readers(classes)
    videos: list[FileVideo] = []
    decoder = Decoder()
    for city in folders_in(labels):
        images = {path.name for path in images_in(frames / city.name)}
        for entry in _labels_in(city, readers):
            videos.append(_video(frames / city.name, images, entry, decoder))
    if not videos:
        raise DatasetError(
            f'{labels} holds no CITY/*{ALL_IDS} and no CITY/*{TRAIN_IDS[0]}: unpack '
            'gtFine_trainvaltest.zip there'
        )
    return Dataset(classes, videos)


def _folder(root: Path, names: tuple[str, ...], split: str) -> Path:
    for name in names:
        if (root / name / split).is_dir():
            return root / name / split
    wanted = ' or '.join(f'{name}/{split}' for name in names)
    raise DatasetError(
        f'{root} has no {wanted}: pass the folder that holds {LABELS}/ and {SNIPPETS}/ or '
        f'{SINGLES}/'
    )


def _readers(classes: ClassTable) -> dict[str, LabelReader]:
    """Return how to read every kind of label image, the preferred kind first."""
    renumbering = [classes.ignore] * NUM_IDS + list(range(NUM_IDS, 256))
    for train_id, identity in enumerate(EVALUATED):
        renumbering[identity] = train_id
    train_ids = LabelReader(classes, painting_of(classes))
    all_ids = LabelReader(classes, painting_of(classes), tuple(renumbering))
    return {**dict.fromkeys(TRAIN_IDS, train_ids), ALL_IDS: all_ids}


def _labels_in(city: Path, readers: dict[str, LabelReader]) -> list[_Labels]:
    """Return the labels of a city's frames in the order of their names."""
    found: dict[str, tuple[Path, LabelReader]] = {}
    files = images_in(city)
    for kind, reader in readers.items():
        for path in files:
            if path.name.endswith(kind):
                found.setdefault(path.name.removesuffix(kind), (path, reader))
    entries = []
    for stem, (path, reader) in sorted(found.items()):
        sequence, _, number = stem.rpartition('_')
        if not number.isdecimal():
            raise DatasetError(
                f'{path} is not named CITY_SEQUENCE_FRAME_...: give it its name back'
            )
        entries.append(_Labels(f'{sequence}_', int(number), path, reader))
    return entries


def _video(city: Path, images: Collection[str], labels: _Labels, decoder: Decoder) -> FileVideo:
    """Return the snippet around a labelled frame, as far as it lies there without a gap."""

    def name(number: int) -> str:
        return f'{labels.sequence}{number:06d}{IMAGE}'

    if name(labels.number) not in images:
        raise DatasetError(
            f'{labels.path} has no image {city / name(labels.number)}: add the image or take the '
            'labels away'
        )
    first = last = labels.number
    while labels.number - first < BEFORE and name(first - 1) in images:
        first -= 1
    while last - labels.number < AFTER and name(last + 1) in images:
        last += 1
    frames = [city / name(number) for number in range(first, last + 1)]
    place = labels.number - first
    title = f'{city.name}/{name(first).removesuffix(IMAGE)}'
    return FileVideo(title, frames, {place: labels.path}, labels.reader, decoder)
