# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
The same network in several forms, in turns: PyTorch as in the paper, then bundles.

    python -m suite.forms VARIANT HEIGHT WIDTH FRAMES BUNDLE [BUNDLE ...]

prints one line of JSON: a list of key_ms and update_ms, from images to labels and confidence.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from accel_model.export.graphs import read_image, read_scores
from accel_model.export.verify import example_images
from accel_ros.bundle import Bundle
from accel_ros.engines import open_engine
from accel_ros.timing import Stopwatch, percentiles
from suite import machine
from suite.models import Size, network

REST_S = 0.2  # for threads that spin to come to rest

Form = tuple[Callable[[], Any], Callable[[], Any]]  # a keyframe, and the update after it


def paper(variant: str, size: Size) -> Form:
    """Return the network in plain PyTorch."""
    net = network(variant)
    previous, image, *_ = (read_image(x) for x in example_images(size))
    carried: list[torch.Tensor] = []

    def keyframe() -> None:
        scores, feat = net.keyframe(net.normalize(previous))
        carried[:] = [feat]
        read_scores(scores)

    def update() -> None:
        step = net.update(net.normalize(image), net.normalize(previous), carried[0])
        read_scores(step.scores)

    return keyframe, update


def exported(path: str, size: Size) -> Form:
    """Return the graphs of a bundle."""
    stream = open_engine(Bundle.open(path)).open_stream()
    previous, image, *_ = (np.ascontiguousarray(x[0].numpy()) for x in example_images(size))
    return lambda: stream.keyframe(previous), lambda: stream.update(image)


def measure(forms: list[Form], frames: int) -> list[dict[str, Any]]:
    """Return times in milliseconds; the first round warms up."""
    times = [{'key_ms': [], 'update_ms': []} for _ in forms]
    with torch.inference_mode():
        for _ in range(frames + 1):
            for form, taken in zip(forms, times, strict=True):
                for run, name in zip(form, taken, strict=True):
                    time.sleep(REST_S)
                    watch = Stopwatch()
                    run()
                    taken[name].append(watch.lap_ms())
    return [{name: percentiles(ms[1:]) for name, ms in taken.items()} for taken in times]


if __name__ == '__main__':
    variant, height, width, frames, *bundles = sys.argv[1:]
    size = (int(height), int(width))
    machine.alone()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    forms = [paper(variant, size), *(exported(path, size) for path in bundles)]
    sys.stdout.write(json.dumps(measure(forms, int(frames))) + '\n')
