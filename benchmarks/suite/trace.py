# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Every frame of a video at every distance from its keyframe: what came out, and the signals.

What an update gives depends on its keyframe and its distance alone, so whatever keyframes a
policy takes, its labels are among these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from tqdm import tqdm

from accel_ros import images
from accel_ros.bundle import Bundle
from accel_ros.engines.onnxruntime import Graphs
from accel_ros.keyframes import View
from accel_ros.keyframes.breaks import change
from accel_ros.metrics import Confusion

Image = np.ndarray  # u8 [H, W, 3], in the bundle's size and channel order


@dataclass
class Cell:
    """Frame `key` + `distance`, carried from the keyframe `key`."""

    key: int
    distance: int
    confusion: Confusion
    signals: dict[str, float] = field(default_factory=dict)


class Tracer:
    """Runs a bundle's graphs from every keyframe on."""

    def __init__(self, bundle: Bundle, frames: Sequence[Image], truths: Sequence[Image]) -> None:
        """`truths`: u8 [H, W] of every frame, at the bundle's size; none: the reference's own."""
        self._graphs = Graphs(bundle, ('keyframe', 'update'), 1)
        self._classes = bundle.classes
        self._frames = frames
        self._held = [self._graphs.hold(frame) for frame in frames]
        self._small = [_grey(frame) for frame in frames]
        self.views = [
            View(*frame.shape[:2], 'rgb8', 0, False, images.thumbnail(frame)) for frame in frames
        ]
        self._keys = [self._graphs.run('keyframe', {'image': held}) for held in self._held]
        self._truths = truths or [key['labels'].numpy()[0] for key in self._keys]

    def cells(self, farthest: int) -> Iterator[Cell]:
        """Yield the frames at distances 0 to `farthest`, keyframe by keyframe."""
        for key in tqdm(range(len(self._frames)), disable=None):
            yield from self._follow(key, min(farthest, len(self._frames) - 1 - key))

    def _follow(self, key: int, farthest: int) -> Iterator[Cell]:
        outputs = self._keys[key]
        state = outputs['state']
        yield Cell(key, 0, self._compare(key, outputs))
        sums = dict.fromkeys(('flow size', 'change', 'photometric error'), 0.0)
        first: dict[str, float] = {}
        for distance in range(1, farthest + 1):
            at = key + distance
            inputs = {'image': self._held[at], 'previous': self._held[at - 1], 'state': state}
            outputs = self._graphs.run('update', inputs, flow=True)
            state = outputs['state_out']
            now = self._signals(at, outputs)
            for name in sums:
                sums[name] += now.pop(name)
            confidence = now.pop('confidence')
            first = first or {'confidence': confidence, 'drift': now['drift']}
            now |= {f'{name}, summed': value for name, value in sums.items()}
            now['confidence drop'] = first['confidence'] - confidence
            now['drift rise'] = now['drift'] - first['drift']
            now['change from the keyframe'] = change(self.views[key], self.views[at])
            yield Cell(key, distance, self._compare(at, outputs), now)

    def _signals(self, at: int, outputs: dict) -> dict[str, float]:
        flow = outputs['flow'].numpy()[0]
        before, now = self._small[at - 1], self._small[at]
        return {
            'drift': float(outputs['drift'].numpy()[0]),
            'confidence': float(outputs['confidence'].numpy().mean()) / 255,
            'flow size': float(np.hypot(*flow).mean()),
            'change': change(self.views[at - 1], self.views[at]),
            'photometric error': _apart(_warp(before, flow), now),
        }

    def _compare(self, at: int, outputs: dict) -> Confusion:
        confusion = Confusion(len(self._classes), self._classes.ignore)
        truth = self._truths[at]
        confusion.add(truth, images.resize_labels(outputs['labels'].numpy()[0], truth.shape))
        return confusion


def _grey(frame: Image) -> np.ndarray:
    """Return the brightness, f32 [h, w], at a quarter of the size."""
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32)
    size = (frame.shape[1] // 4, frame.shape[0] // 4)
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA)


def _warp(before: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Return where `before` goes along a flow [2, h, w] in cells (x, y), as the state does."""
    height, width = before.shape
    factors = (width / flow.shape[2], height / flow.shape[1])
    x, y = (
        cv2.resize(axis, (width, height)) * factor
        for axis, factor in zip(flow.astype(np.float32), factors, strict=True)
    )
    columns, rows = np.meshgrid(
        np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    )
    return cv2.remap(
        before, columns + x, rows + y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def _apart(one: np.ndarray, other: np.ndarray) -> float:
    """Return the mean difference in brightness, 0 to 255."""
    return float(np.abs(one - other).mean())
