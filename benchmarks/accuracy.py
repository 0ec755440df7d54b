# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
mIoU and time of a bundle on CamVid's labelled video, through the pipeline that the node runs.

    python benchmarks/accuracy.py --data CAMVID [--bundle models/accel-lite] [--intervals 1,2,5,10]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from accel_model.datasets.camvid import IGNORE, CamVid, LabelledFrame
from accel_ros.bundle import Bundle, default_bundle
from accel_ros.engines.select import open_engine
from accel_ros.metrics import Confusion
from accel_ros.pipeline import Frame, Pipeline


def evaluate(
    bundle: Bundle, frames: list[LabelledFrame], interval: int
) -> tuple[Confusion, dict[str, list[float]]]:
    """Run the video once; returns the confusion of all frames and milliseconds by kind."""
    confusion = Confusion(bundle.manifest.num_classes, IGNORE)
    times: dict[str, list[float]] = {'key': [], 'update': []}
    engine = open_engine(bundle)
    pipeline = Pipeline(bundle, engine, interval)
    for frame in frames:
        start = time.perf_counter()
        result = pipeline.process(Frame(frame.image, 'rgb8'))
        times[result.kind].append(1000 * (time.perf_counter() - start))
        confusion.add(frame.labels, result.labels)
    pipeline.close()
    engine.close()
    return confusion, times


def main() -> None:
    """Print one row for every interval."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path, required=True)
    parser.add_argument('--bundle', type=Path)
    parser.add_argument('--intervals', default='1,2,5,10')
    args = parser.parse_args()
    bundle = Bundle.open(args.bundle or default_bundle())
    frames = CamVid(args.data, 'val').frames
    print('interval  mIoU %  pixel acc. %  key ms (p50)  update ms (p50)')
    for interval in map(int, args.intervals.split(',')):
        confusion, times = evaluate(bundle, frames, interval)
        key, update = (np.median(values) if values else np.nan for values in times.values())
        print(
            f'{interval:8d}  {100 * confusion.mean_iou:6.2f}  '
            f'{100 * confusion.pixel_accuracy:12.2f}  {key:12.1f}  {update:15.1f}'
        )


if __name__ == '__main__':
    main()
