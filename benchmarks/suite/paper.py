# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Accel in plain PyTorch, as in the paper: what a keyframe and an update take.

    python -m suite.paper VARIANT HEIGHT WIDTH FRAMES

prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys

import torch

from accel_model.export.graphs import read_image, read_scores
from accel_model.export.verify import example_images
from accel_ros.timing import Stopwatch, percentiles
from suite import machine
from suite.models import network


def measure(variant: str, size: tuple[int, int], frames: int) -> dict[str, object]:
    """Return times from images to labels and confidence, in milliseconds; one frame warms up."""
    machine.alone()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    net = network(variant)
    previous, image, *_ = (read_image(x) for x in example_images(size))
    times: dict[str, list[float]] = {'key': [], 'update': []}
    with torch.inference_mode():
        for _ in range(frames + 1):
            watch = Stopwatch()
            scores, feat = net.keyframe(net.normalize(previous))
            read_scores(scores)
            times['key'].append(watch.lap_ms())
            step = net.update(net.normalize(image), net.normalize(previous), feat)
            read_scores(step.scores)
            times['update'].append(watch.lap_ms())
    return {f'{kind}_ms': percentiles(ms[1:]) for kind, ms in times.items()}


if __name__ == '__main__':
    variant, height, width, frames = sys.argv[1:]
    figures = measure(variant, (int(height), int(width)), int(frames))
    sys.stdout.write(json.dumps(figures) + '\n')
