# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What came back, as a film and as a contact sheet."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from report import Result, Shown
from tqdm import tqdm

from accel_ros.classes import ClassTable
from accel_ros.film import Film
from accel_ros.images import to_rgb
from accel_ros.sources import Source

PANEL = (640, 360)  # width, height
TILE = (480, 270)
COLUMNS, ROWS = 3, 4
BAR = 26
INK, PAPER = (235, 235, 235), 24


def make_film(result: Result, clip: Source, classes: ClassTable, path: Path) -> None:
    """Show the drive at its own speed, each image beside the newest that came back labelled."""
    film = Film(path, clip.fps)
    legend = _legend(classes, 2 * PANEL[0])
    newest: Shown | None = None
    frames = tqdm(clip, total=result.sent, desc='film', unit='frame', disable=None, leave=False)
    for index, frame in enumerate(frames):
        if index == result.sent:
            break
        newest = result.shown.get(index, newest)
        live = cv2.resize(to_rgb(frame.image, frame.encoding), PANEL, interpolation=cv2.INTER_AREA)
        film.write(np.vstack([np.hstack([live, _panel(newest)]), _caption(index, newest), legend]))
    film.close()


def make_contact_sheet(result: Result, classes: ClassTable, path: Path) -> None:
    """Show frames from all over the clip with the labels that came back for them."""
    count = min(COLUMNS * ROWS, len(result.shown))
    indices = np.array(sorted(result.shown))
    chosen = indices[np.linspace(0, len(indices) - 1, count).round().astype(int)]
    tiles = [_tile(result.shown[index]) for index in chosen]
    blank = np.full_like(tiles[0], PAPER)
    tiles += [blank] * (COLUMNS * ROWS - len(tiles))
    rows = [np.hstack(tiles[at : at + COLUMNS]) for at in range(0, len(tiles), COLUMNS)]
    picture = np.vstack([*rows, _legend(classes, COLUMNS * TILE[0])])
    cv2.imwrite(str(path), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))


def _panel(shown: Shown | None) -> np.ndarray:
    if shown is None:
        return np.full((PANEL[1], PANEL[0], 3), PAPER, np.uint8)
    return cv2.resize(shown.overlay, PANEL, interpolation=cv2.INTER_AREA)


def _caption(index: int, shown: Shown | None) -> np.ndarray:
    left = f'camera: frame {index}'
    right = 'no labels yet' if shown is None else 'labels: ' + _words(shown)
    bar = _bar(2 * PANEL[0])
    _write(bar, left, 8)
    _write(bar, right, PANEL[0] + 8)
    return bar


def _tile(shown: Shown) -> np.ndarray:
    bar = _bar(TILE[0])
    _write(bar, _words(shown), 8)
    return np.vstack([cv2.resize(shown.overlay, TILE, interpolation=cv2.INTER_AREA), bar])


def _words(shown: Shown) -> str:
    record = shown.record
    kind = 'keyframe' if record['kind'] == 'key' else f'update {record["frames_since_keyframe"]}'
    return f'frame {record["index"]}, {kind}, {record["total_ms"]:.0f} ms in the node'


def _legend(classes: ClassTable, width: int) -> np.ndarray:
    bar = _bar(width)
    step = width // len(classes)
    for entry in classes.classes:
        left = entry.id * step
        cv2.rectangle(bar, (left + 6, 6), (left + 20, 20), entry.color, cv2.FILLED)
        _write(bar, entry.name, left + 25)
    return bar


def _bar(width: int) -> np.ndarray:
    return np.full((BAR, width, 3), PAPER, np.uint8)


def _write(bar: np.ndarray, text: str, left: int) -> None:
    cv2.putText(bar, text, (left, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.45, INK, 1, cv2.LINE_AA)
