# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The worst frames of a run, kept as pictures while it goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from accel_ros import images
from accel_ros.classes import ClassTable
from accel_ros.overlay import colorize
from accel_ros.replay.footage import Shot

KEPT = 4
APART = 8  # frames: neighbours fail for the same reason and show the same
WIDTH = 480  # pixels, of a picture
SHADE = 3  # the image behind the differences is that much darker
PARTS = ('image', 'labels', 'expected', 'difference')


class WorstFrames:
    """The frames with the smallest share of expected labels, each a strip of four pictures."""

    def __init__(self, folder: Path, classes: ClassTable) -> None:
        """Pictures go to a folder of their own."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._classes = folder, classes
        self.entries: list[dict[str, Any]] = []  # worst first: number, share, file, against

    def offer(
        self, shot: Shot, labels: np.ndarray, expected: np.ndarray, share: float, against: str
    ) -> None:
        """Keep a frame if it is among the worst; `against` says what the expected labels are."""
        near = [e for e in self.entries if abs(e['number'] - shot.number) < APART]
        if any(entry['share'] <= share for entry in near):
            return
        rest = [entry for entry in self.entries if entry not in near]
        if len(rest) >= KEPT and rest[-1]['share'] <= share:
            return
        file = f'{shot.number:08d}.jpg'
        (self._folder / file).write_bytes(self._strip(shot, labels, expected))
        entry = {'number': shot.number, 'share': share, 'file': file, 'against': against}
        kept = sorted([*rest, entry], key=lambda e: (e['share'], e['number']))
        self.entries, gone = kept[:KEPT], [*near, *kept[KEPT:]]
        for old in gone:
            (self._folder / old['file']).unlink(missing_ok=True)

    def _strip(self, shot: Shot, labels: np.ndarray, expected: np.ndarray) -> bytes:
        """Return a JPEG: image, labels, expected labels, and where they differ in red."""
        picture = images.to_rgb(shot.frame.image, shot.frame.encoding)
        size = (max(round(picture.shape[0] * WIDTH / picture.shape[1]), 1), WIDTH)
        small = cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA)
        shown = [images.resize_labels(kind, size) for kind in (labels, expected)]
        counted = shown[1] < len(self._classes)
        difference = small // SHADE
        difference[(shown[0] != shown[1]) & counted] = (255, 60, 40)
        difference[~counted] = 0
        parts = [small, *(colorize(kind, self._classes) for kind in shown), difference]
        strip = np.hstack([cv2.copyMakeBorder(p, 0, 0, 0, 4, cv2.BORDER_CONSTANT,
                                              value=(255, 255, 255)) for p in parts])  # fmt: skip
        good, packed = cv2.imencode('.jpg', strip[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 82])
        assert good, 'a picture always fits a JPEG'
        return packed.tobytes()
