# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
mIoU and time of a bundle on labelled video, through the pipeline that the node runs.

    python benchmarks/accuracy.py --data CAMVID [--bundle models/accel-lite] [--intervals 1,2,5,10]

It runs through the video as `accel-model evaluate` does, see docs/evaluation.md; times include
the conversion of the image.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from accel_model.datasets.catalogue import NAMES, open_dataset
from accel_model.evaluate.matcher import Matcher
from accel_model.evaluate.protocol import Label, labelled_frames, steps
from accel_model.evaluate.result import EvaluationError, Result
from accel_model.evaluate.tables import console, summary
from accel_ros.bundle import Bundle, default_bundle
from accel_ros.commandline import Parser, exit_status, intervals
from accel_ros.engines.select import open_engine
from accel_ros.pipeline import Frame, Pipeline


def evaluate(bundle: Bundle, labels: Sequence[Label], interval: int, matcher: Matcher) -> Result:
    """Run through the labelled videos once, with a keyframe every `interval` frames."""
    result = Result(bundle.manifest.name, 'bundle', interval, bundle.classes)
    engine = open_engine(bundle)
    pipeline = Pipeline(bundle, engine, interval)
    for step in steps(labels, interval, 'avg'):
        image = step.video.image(step.index)
        if step.distance == 0:
            pipeline.reset()
        start = time.perf_counter()
        segmentation = pipeline.process(Frame(image, 'rgb8'))
        milliseconds = 1000 * (time.perf_counter() - start)
        match = matcher.follow(step, image)
        result.add(step, segmentation.labels, milliseconds, match)
    pipeline.close()
    engine.close()
    return result


def run(args: argparse.Namespace) -> None:
    """Print one row for every interval."""
    bundle = Bundle.open(args.bundle or default_bundle())
    dataset = open_dataset(args.dataset, args.data, args.split)
    if bundle.classes.names != dataset.classes.names:
        raise EvaluationError(
            f'{bundle.path} has the classes of {bundle.classes.name} and the labels those of '
            f'{dataset.classes.name}: give a bundle and a data set with the same classes'
        )
    labels, matcher = labelled_frames(dataset.videos), Matcher()
    wanted = args.intervals if bundle.has_update else [1]
    rows = [evaluate(bundle, labels, interval, matcher).row() for interval in wanted]
    console().print(summary(rows))


def main() -> int:
    """Read the command line; returns the exit status."""
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--data', type=Path, required=True)
    parser.add_argument('--dataset', choices=NAMES, default='camvid')
    parser.add_argument('--split', default='val')
    parser.add_argument('--bundle', type=Path)
    parser.add_argument('--intervals', type=intervals, default=[1, 2, 5, 10])
    args = parser.parse_args()
    return exit_status('accuracy', lambda: run(args))


if __name__ == '__main__':
    sys.exit(main())
