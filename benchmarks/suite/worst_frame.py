# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
The worst frame: keyframes that are waited for against keyframes beside the updates.

    python -m suite.worst_frame BUNDLE FILM FRAMES PERIOD_S INTERVAL BLOCKS

Both pipelines get the same film in turns, BLOCKS times each, a camera's frame every PERIOD_S
seconds. A shared machine's speed changes from one second to the next by more than a keyframe does:
ratios are taken within a block, and the median of the blocks counts. What the machine does by
itself shows in the frames without a keyframe, what keyframes do in the typical frame at every
place between them. Prints one line of JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from accel_ros.bundle import Bundle
from accel_ros.engines import open_engine
from accel_ros.keyframes import WhenReady
from accel_ros.pipeline import Frame, Pipeline, Segmentation
from accel_ros.timing import percentiles
from suite import machine

Image = np.ndarray  # u8 [H, W, 3]


@dataclass
class Track:
    """A pipeline and what its frames took."""

    pipeline: Pipeline
    results: list[list[Segmentation]] = field(default_factory=list)  # block by block
    blocks_ms: list[list[float]] = field(default_factory=list)

    def figures(self) -> dict[str, object]:
        """Return percentiles of the frame time, and the delay of keyframes beside the updates."""
        results = [result for block in self.results for result in block]
        delays = [r.frames_since_keyframe for r in results if r.landing == 'landed']
        every_ms = [ms for block in self.blocks_ms for ms in block]
        updates_ms = [
            [ms for ms, result in zip(*block, strict=True) if result.kind == 'update']
            for block in zip(self.blocks_ms, self.results, strict=True)
        ]
        places = self._place_medians()
        return {
            'frame_ms': percentiles(every_ms),
            'p99/p50': typical_ratio(self.blocks_ms, 'p99'),
            'max/p50': typical_ratio(self.blocks_ms, 'max'),
            'updates p99/p50': typical_ratio(updates_ms, 'p99'),
            'slowest place/p50': max(places) / float(np.median(every_ms)),
            'keyframes': sum(bool(r.reason) for r in results),
            'landed': len(delays),
            'delay_frames': float(np.mean(delays)) if delays else None,
            'every_ms': [round(ms, 2) for ms in every_ms],
        }

    def _place_medians(self) -> list[float]:
        """Return the median time of the frames 0, 1, ... after a keyframe was taken or begun."""
        places: dict[int, list[float]] = {}
        for times, results in zip(self.blocks_ms, self.results, strict=True):
            place = 0
            for ms, result in zip(times, results, strict=True):
                place = 0 if result.reason else place + 1
                places.setdefault(place, []).append(ms)
        return [float(np.median(times)) for times in places.values()]


def typical_ratio(blocks_ms: Sequence[Sequence[float]], percentile: str) -> float:
    """Return a percentile over the median of its block; that of the median block."""
    blocks = [percentiles(times) for times in blocks_ms]
    return float(np.median([block[percentile] / block['p50'] for block in blocks]))


def play(track: Track, film: Sequence[Image], period_s: float, counted: bool) -> None:
    """Give a pipeline the film from a fresh start, whose first frame is never counted."""
    track.pipeline.abandon()
    results, times = [], []
    for image in film:
        start = time.perf_counter()
        result = track.pipeline.process(Frame(image, 'rgb8'))
        took_s = time.perf_counter() - start
        if counted and result.reason not in ('first', 'reset'):
            results.append(result)
            times.append(1000 * took_s)
        time.sleep(max(period_s - took_s, 0.0))
    track.pipeline.abandon()
    if counted:
        track.results.append(results)
        track.blocks_ms.append(times)


def read_film(path: Path, size: tuple[int, int], frames: int) -> list[Image]:
    """Return the first frames of a video, rgb8 at (height, width)."""
    capture, film = cv2.VideoCapture(str(path)), []
    while len(film) < frames:
        good, image = capture.read()
        if not good:
            break
        small = cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA)
        film.append(cv2.cvtColor(small, cv2.COLOR_BGR2RGB))
    capture.release()
    return film


def compare(
    path: Path, video: Path, frames: int, period_s: float, interval: int, blocks: int
) -> dict:
    """Return the figures of both."""
    scheduling = machine.alone()
    bundle = Bundle.open(path)
    engine = open_engine(bundle)
    film = read_film(video, (bundle.manifest.height, bundle.manifest.width), frames)
    tracks = {
        'sync': Track(Pipeline(bundle, engine, interval)),
        'concurrent': Track(Pipeline(bundle, engine, interval, landings=WhenReady())),
    }
    for track in tracks.values():
        play(track, film[: 4 * interval], period_s, counted=False)  # until a keyframe has landed
    for _ in range(blocks):
        for track in tracks.values():
            play(track, film, period_s, counted=True)
    figures = {name: track.figures() for name, track in tracks.items()}
    return {
        'bundle': bundle.manifest.name,
        'scheduling': scheduling,
        'interval': interval,
        'period_s': period_s,
        'blocks': blocks,
        **figures,
    }


if __name__ == '__main__':
    path, video = Path(sys.argv[1]), Path(sys.argv[2])
    frames, period_s = int(sys.argv[3]), float(sys.argv[4])
    interval, blocks = int(sys.argv[5]), int(sys.argv[6])
    found = compare(path, video, frames, period_s, interval, blocks)
    sys.stdout.write(json.dumps(found) + '\n')
