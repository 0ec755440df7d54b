# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Keyframe policies and late keyframes on video: what they cost in mIoU.

    python benchmarks/keyframes.py --data CAMVID [--video V] [--frames 120] [--bundle B] [--json F]

Three films: the labelled video; the same driven stop-and-go (stills with sensor noise, and frames
left out); and a video without labels, where the reference network's own labels, frame by frame,
stand for the truth. docs/keyframes.md has the tables.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from suite.study import Study, at_share
from suite.trace import Tracer
from suite.worst_frame import read_film

from accel_model.datasets.catalogue import open_dataset
from accel_ros.bundle import Bundle, default_bundle
from accel_ros.commandline import Parser, exit_status
from accel_ros.keyframes import Adaptive, AfterFrames, FixedInterval

FARTHEST = 20  # frames from a keyframe
THRESHOLDS = (6, 8, 10, 12, 15, 20, 25, 30)
INTERVALS = (2, 3, 5, 10)  # at which keyframes run beside the updates
DELAYS = (1, 2, 3, 5)  # frames that they take
NOISE = 2.0  # standard deviation, of 255

Images = list[np.ndarray]


def films(args: argparse.Namespace, bundle: Bundle) -> Iterator[tuple[str, Images, Images]]:
    """Yield name, frames and true labels; no labels: the reference's own."""
    video = open_dataset('camvid', args.data, 'val').videos[0]
    count = len(video)
    images, labels = ([read(i) for i in range(count)] for read in (video.image, video.labels))
    yield 'labelled video', images, labels
    order = stop_and_go(count)
    rng = np.random.default_rng(0)
    yield 'stop-and-go', [noisy(images[i], rng) for i in order], [labels[i] for i in order]
    if args.video:
        size = (bundle.manifest.height, bundle.manifest.width)
        yield args.video.name, read_film(args.video, size, args.frames), []


def stop_and_go(count: int) -> list[int]:
    """Drive, stop, drive at twice the speed, stop, at three times, stop, and back, stop."""
    a, b, c = count // 5, 3 * count // 5 - 1, count - 1
    drive = [*range(a), *[a - 1] * 10, *range(a, b, 2), *[b - 1] * 8, *range(b + 2, count, 3)]
    return [*drive, *[c] * 6, *range(c - 3, 0, -3), *[1] * 8]


def noisy(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the image with a camera's noise, so that no two stills are equal."""
    noise = np.rint(rng.normal(0, NOISE, image.shape)).astype(np.int16)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def figures(name: str, study: Study) -> dict[str, Any]:
    """Return all figures of a film."""
    fixed = [study.score(FixedInterval(n)) for n in range(1, study.farthest + 1)]
    adaptive = []
    for threshold in THRESHOLDS:
        found = study.score(Adaptive(study.farthest, 2, float(threshold)))
        same = at_share(fixed, found.share)
        adaptive.append({
            'threshold': threshold,
            **dataclasses.asdict(found),
            'fixed': same,
            'gain': found.miou - same,
        })  # fmt: skip
    late = [
        {'interval': n, 'delay': delay, **_late(study, n, delay), 'sync': fixed[n - 1].miou}
        for n in INTERVALS
        for delay in DELAYS
    ]
    return {
        'film': name,
        'frames': len(study.views),
        'fixed': [dataclasses.asdict(score) for score in fixed],
        'signals': [dataclasses.asdict(c) for c in study.correlations(10)],
        'adaptive': adaptive,
        'late': late,
    }


def _late(study: Study, interval: int, delay: int) -> dict[str, float]:
    return {'miou': study.score(FixedInterval(interval), AfterFrames(delay)).miou}


def show(found: dict[str, Any]) -> None:
    """Print the tables of a film."""
    print(f'\n### {found["film"]}, {found["frames"]} frames\n')
    for title, columns in (
        ('signals', ('signal', 'pearson', 'spearman', 'same_age')),
        ('adaptive', ('threshold', 'share', 'miou', 'fixed', 'gain')),
        ('late', ('interval', 'delay', 'sync', 'miou')),
    ):
        print(f'| {" | ".join(columns)} |\n|{" --- |" * len(columns)}')
        for row in found[title]:
            values = (row[c] for c in columns)
            cells = [f'{v:.2f}' if isinstance(v, float) else str(v) for v in values]
            print(f'| {" | ".join(cells)} |')
        print()


def run(args: argparse.Namespace) -> None:
    """Trace and study every film."""
    bundle = Bundle.open(args.bundle or default_bundle())
    results = []
    for name, images, labels in films(args, bundle):
        tracer = Tracer(bundle, images, labels)
        results.append(figures(name, Study(tracer.views, tracer.cells(FARTHEST))))
        show(results[-1])
        if args.json:
            args.json.write_text(json.dumps(results, indent=1) + '\n')


def main() -> int:
    """Read the command line; returns the exit status."""
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', type=Path, required=True)
    parser.add_argument('--video', type=Path)
    parser.add_argument('--frames', type=int, default=120, help='of the video')
    parser.add_argument('--bundle', type=Path)
    parser.add_argument('--json', type=Path)
    args = parser.parse_args()
    return exit_status('keyframes', lambda: run(args))


if __name__ == '__main__':
    sys.exit(main())
