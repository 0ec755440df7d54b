# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Frame times of pipelines that get the same film in turns, a block each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from accel_ros.pipeline import Frame, Pipeline, Segmentation
from accel_ros.timing import percentiles

Image = np.ndarray  # u8 [H, W, 3]


@dataclass
class Track:
    """A pipeline and what its frames took."""

    name: str
    pipeline: Pipeline
    results: list[Segmentation] = field(default_factory=list)
    total_ms: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, float | str]:
        """Return percentiles of the frame time, and the delay of keyframes beside the updates."""
        delays = [r.frames_since_keyframe for r in self.results if r.landing == 'landed']
        return {
            **percentiles(self.total_ms),
            'keyframes': sum(bool(r.reason) for r in self.results),
            'landed': len(delays),
            'delay': float(np.mean(delays)) if delays else 0.0,
        }


def run(tracks: Sequence[Track], film: Sequence[Image], blocks: int, period_s: float) -> None:
    """Give every pipeline the film in turns; at most one frame in `period_s` seconds.

    The first block warms up and is not counted, and every block starts anew.
    """
    for block in range(blocks + 1):
        for track in tracks:
            track.pipeline.abandon()
            for image in film:
                start = time.perf_counter()
                result = track.pipeline.process(Frame(image, 'rgb8'))
                took_s = time.perf_counter() - start
                if block and result.reason != 'reset':
                    track.results.append(result)
                    track.total_ms.append(1000 * took_s)
                time.sleep(max(period_s - took_s, 0.0))
            track.pipeline.abandon()
