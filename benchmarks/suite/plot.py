# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The frame times of both keyframe modes as a picture: every frame, and the distribution."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

matplotlib.use('Agg')
from matplotlib import pyplot as plt

COLOURS = {'sync': 'tab:orange', 'concurrent': 'tab:blue'}


def draw(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw a row of two panels for every network."""
    figure, panels = plt.subplots(len(rows), 2, figsize=(11, 3.4 * len(rows)), squeeze=False)
    for row, (film, share) in zip(rows, panels, strict=True):
        for mode, colour in COLOURS.items():
            times = row[mode]['every_ms']
            label = f'{mode}: p99/p50 {row[mode]["p99/p50"]:.2f}'
            film.plot(times, '.-', color=colour, label=label, linewidth=0.8, markersize=4)
            share.plot(
                np.sort(times),
                _shares(len(times)),
                color=colour,
                label=mode,
                drawstyle='steps-post',
            )
        film.set(title=f'{row["bundle"]}, interval {row["interval"]}', xlabel='frame', ylabel='ms')
        share.set(title='distribution', xlabel='ms', ylabel='share of frames at most this slow')
        film.set_ylim(bottom=0)
        share.set_xlim(left=0)
        film.legend(loc='upper right', fontsize=8)
        share.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _shares(count: int) -> np.ndarray:
    return np.arange(1, count + 1) / count
