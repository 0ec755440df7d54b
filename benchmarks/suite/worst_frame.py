# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
The worst frame: keyframes that are waited for against keyframes beside the updates.

    python -m suite.worst_frame BUNDLE FILM FRAMES PERIOD_S INTERVAL

Both pipelines get the same film in turns, a camera's frame every PERIOD_S seconds. Prints one line
of JSON.
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
BLOCKS = 2  # that every pipeline gets


@dataclass
class Track:
    """A pipeline and what its frames took."""

    pipeline: Pipeline
    results: list[Segmentation] = field(default_factory=list)
    total_ms: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, object]:
        """Return percentiles of the frame time, and the delay of keyframes beside the updates."""
        delays = [r.frames_since_keyframe for r in self.results if r.landing == 'landed']
        times = percentiles(self.total_ms)
        return {
            'frame_ms': times,
            'p99/p50': times['p99'] / times['p50'],
            'max/p50': times['max'] / times['p50'],
            'keyframes': sum(bool(r.reason) for r in self.results),
            'landed': len(delays),
            'delay_frames': float(np.mean(delays)) if delays else None,
            'every_ms': [round(ms, 2) for ms in self.total_ms],
        }


def play(track: Track, film: Sequence[Image], period_s: float, counted: bool) -> None:
    """Give a pipeline the film from a fresh start, whose first frame is never counted."""
    track.pipeline.abandon()
    for image in film:
        start = time.perf_counter()
        result = track.pipeline.process(Frame(image, 'rgb8'))
        took_s = time.perf_counter() - start
        if counted and result.reason not in ('first', 'reset'):
            track.results.append(result)
            track.total_ms.append(1000 * took_s)
        time.sleep(max(period_s - took_s, 0.0))
    track.pipeline.abandon()


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


def compare(path: Path, video: Path, frames: int, period_s: float, interval: int) -> dict:
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
        play(track, film[: 2 * interval], period_s, counted=False)
    for _ in range(BLOCKS):
        for track in tracks.values():
            play(track, film, period_s, counted=True)
    figures = {name: track.figures() for name, track in tracks.items()}
    return {
        'bundle': bundle.manifest.name,
        'scheduling': scheduling,
        'interval': interval,
        'period_s': period_s,
        **figures,
    }


if __name__ == '__main__':
    path, video = Path(sys.argv[1]), Path(sys.argv[2])
    frames, period_s, interval = int(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])
    sys.stdout.write(json.dumps(compare(path, video, frames, period_s, interval)) + '\n')
