# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Segment a recording: a label image per frame, the timing, and a film on request."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from accel_ros.bundle import Bundle
from accel_ros.engines import Engine
from accel_ros.errors import AccelError, one_line
from accel_ros.film import Film
from accel_ros.keyframes import DEFAULT_INTERVAL, LandingRule, Policy
from accel_ros.overlay import overlay
from accel_ros.pipeline import Frame, Pipeline, Segmentation
from accel_ros.sources import Source
from accel_ros.timing import Stopwatch, summarize

LABELS = 'labels'
TIMING = 'timing.json'
FILM = 'overlay.mp4'


def segment(
    bundle: Bundle,
    engine: Engine,
    source: Source,
    output: Path,
    interval: int = DEFAULT_INTERVAL,
    film: bool = False,
    policy: Policy | None = None,
    landings: LandingRule | None = None,
) -> dict[str, Any]:
    """Segment every frame of a source into a folder; return the content of its timing.json.

    Writes `labels/000000.png` ... (class ids, 8 bit, at the image's size), `timing.json` and, if
    asked for, `overlay.mp4`. One label image belongs to each input frame, so a frame that cannot
    be read ends the work with a SourceError that names it; the labels before it stay, and no
    timing.json is written. For `policy` and `landings` see `Pipeline`.
    """
    _prepare(output)
    records: list[dict[str, Any]] = []
    with ExitStack() as stack:
        pipeline = Pipeline(bundle, engine, interval, policy=policy, landings=landings)
        stack.callback(pipeline.close)
        movie = Film(output / FILM, source.fps) if film else None
        if movie is not None:
            stack.callback(movie.close)
        bar = tqdm(total=source.count, unit='frame', desc='segment', disable=None)
        stack.callback(bar.close)
        for frame, result, record in _results(pipeline, source):
            watch = Stopwatch()
            _write_labels(output / LABELS / f'{len(records):06d}.png', result.labels)
            if movie is not None:
                movie.write(overlay(frame.image, frame.encoding, result.labels, bundle.classes))
            record['stages']['write_ms'] = watch.total_ms()
            records.append({'index': len(records), **record})
            bar.update()
    timing = {
        'bundle': bundle.manifest.name,
        'engine': engine.description,
        'interval': pipeline.interval,
        'policy': repr(pipeline.policy),
        'landings': repr(pipeline.landings),
        'summary': summarize((record['kind'], record['total_ms']) for record in records),
        'frames': records,
    }
    _write(output / TIMING, (json.dumps(timing, indent=1) + '\n').encode())
    return timing


def _results(
    pipeline: Pipeline, source: Source
) -> Iterator[tuple[Frame, Segmentation, dict[str, Any]]]:
    """Yield every frame, its segmentation and its entry in timing.json.

    `total_ms` is from the decoded image to labels at its size, what a robot waits for; reading the
    frame and writing the results are stages of their own beside it.
    """
    frames, watch = iter(source), Stopwatch()
    while (frame := next(frames, None)) is not None:
        read_ms = watch.lap_ms()
        result = pipeline.process(frame)
        total_ms = watch.lap_ms()
        record = {
            'stamp_ns': frame.stamp_ns,
            'kind': result.kind,
            'reason': result.reason,
            'frames_since_keyframe': result.frames_since_keyframe,
            'landing': result.landing,
            'change': result.change,
            'drift': result.drift,
            'total_ms': total_ms,
            'stages': {
                'read_ms': read_ms,
                'convert_ms': result.convert_ms,
                'infer_ms': result.infer_ms,
            },
        }
        yield frame, result, record
        watch = Stopwatch()


def _prepare(output: Path) -> None:
    """Make the output folder, without the results of an earlier run."""
    try:
        (output / LABELS).mkdir(parents=True, exist_ok=True)
        for file in (output / LABELS).iterdir():
            if re.fullmatch(r'[0-9]{6,}\.png', file.name):
                file.unlink()
        for name in (TIMING, FILM):
            (output / name).unlink(missing_ok=True)
    except OSError as cause:
        raise _not_writable(output, cause) from cause


def _write_labels(path: Path, labels: np.ndarray) -> None:
    good, packed = cv2.imencode('.png', labels)
    assert good, 'an 8-bit image always fits a PNG'
    _write(path, packed.tobytes())


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as cause:
        raise _not_writable(path, cause) from cause


def _not_writable(path: Path, cause: OSError) -> AccelError:
    return AccelError(f'{path} cannot be written: {one_line(cause)}; choose another output folder')
