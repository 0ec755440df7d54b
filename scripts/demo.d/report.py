# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's figures: timing.json, the labels as files, and the table on the terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from recorder import Answer

from accel_ros.timing import summarize

MILLISECOND = 1_000_000
STAGES = ('wait_ms', 'convert_ms', 'infer_ms', 'publish_ms')


@dataclass(frozen=True)
class Shown:
    """A frame of the clip that came back labelled."""

    labels: np.ndarray  # u8 [h,w]
    overlay: np.ndarray  # rgb8, u8 [h,w,3]
    record: dict[str, Any]  # its entry in timing.json


@dataclass(frozen=True)
class Result:
    """All that one run gave; `shown` is by the frame's index in the clip."""

    bundle: str
    rate_hz: float  # asked for
    sent: int
    seconds: float  # from the first image to the last
    shown: dict[int, Shown]
    counts: dict[str, int]  # the node's own

    @property
    def dropped(self) -> int:
        """Frames without labels."""
        return self.sent - len(self.shown)

    @property
    def records(self) -> list[dict[str, Any]]:
        """The entries of timing.json, in order."""
        return [self.shown[index].record for index in sorted(self.shown)]

    def summary(self, field: str) -> dict[str, dict[str, float]]:
        """Percentiles of one time by kind of frame."""
        return summarize((record['kind'], record[field]) for record in self.records)


def collect(
    stamps: Sequence[int], answers: dict[int, Answer], bundle: str, rate_hz: float
) -> Result:
    """Match what came back with what was sent, by the stamps."""
    shown = {}
    counts = {'received': 0, 'processed': 0, 'dropped': 0}
    for index, stamp in enumerate(stamps):
        answer = answers.get(stamp, Answer())
        if answer.labels is None or answer.overlay is None or answer.timing is None:
            continue
        shown[index] = Shown(answer.labels, answer.overlay, _record(index, stamp, answer))
        counts = {name: getattr(answer.timing, name) for name in counts}
    seconds = (stamps[-1] - stamps[0]) / 1e9 if stamps else 0.0
    return Result(bundle, rate_hz, len(stamps), seconds, shown, counts)


def write(result: Result, folder: Path) -> None:
    """Write timing.json and the label images."""
    for index, shown in result.shown.items():
        cv2.imwrite(str(folder / 'labels' / f'{index:06d}.png'), shown.labels)
    content = {
        'bundle': result.bundle,
        'rate_hz': result.rate_hz,
        'sent': result.sent,
        'labelled': len(result.shown),
        'dropped': result.dropped,
        'node': result.counts,
        'summary': result.summary('total_ms'),
        'summary_from_camera': result.summary('from_camera_ms'),
        'frames': result.records,
    }
    (folder / 'timing.json').write_text(json.dumps(content, indent=1, allow_nan=False) + '\n')


def table(result: Result, folder: Path) -> str:
    """Return the figures as text, and what to do next."""
    sent_hz = (result.sent - 1) / result.seconds if result.seconds else 0.0
    labelled_hz = len(result.shown) / result.seconds if result.seconds else 0.0
    reason = 'a newer image came before their turn' if result.dropped else ''
    lines = [
        '',
        f'  frames sent      {result.sent:5d}   {sent_hz:5.1f} per second',
        f'  frames labelled  {len(result.shown):5d}   {labelled_hz:5.1f} per second',
        f'  frames dropped   {result.dropped:5d}   {reason}',
        *_hint(result),
        '',
        '  milliseconds                    count     p50     p95     max',
        *_rows('in the node (until all is published)', result.summary('total_ms')),
        *_rows('from the camera to its labels, over DDS', result.summary('from_camera_ms')),
        '',
        f'  {folder / "overlay.mp4"}: the film',
        f'  {folder / "contact_sheet.png"}: twelve of its frames',
        f'  {folder / "labels"}/, {folder / "timing.json"}: every label image and time',
        '',
        '  Next: . scripts/env.sh, and then',
        '    accel-ros segment --bundle models/accel-lite --input VIDEO --output out --overlay',
        '    segment_node --ros-args -r camera/image_raw:=/your/camera -p autostart:=true',
        '    scripts/test',
    ]
    return '\n'.join(lines)


def _hint(result: Result) -> list[str]:
    """Say which rate this machine keeps up with, where it is well below the camera's."""
    rate_hz = max(2, int(1000 / result.summary('total_ms')['all']['p95']))
    if result.dropped < result.sent / 4 or rate_hz >= result.rate_hz:
        return []
    return [f'  This machine is slower than the camera; to see every frame: --rate {rate_hz}']


def _rows(title: str, summary: dict[str, dict[str, float]]) -> list[str]:
    rows = [f'  {title}']
    for kind, name in (('key', 'key frames'), ('update', 'update frames')):
        values = summary[kind]
        times = ' '.join(f'{values[column]:7.1f}' for column in ('p50', 'p95', 'max'))
        rows.append(f'    {name:28s} {values["count"]:6.0f} {times}')
    return rows


def _record(index: int, stamp: int, answer: Answer) -> dict[str, Any]:
    timing = answer.timing
    assert timing is not None
    return {
        'index': index,
        'stamp_ns': stamp,
        'kind': timing.kind,
        'reason': timing.keyframe_reason,
        'frames_since_keyframe': timing.frames_since_keyframe,
        'drift': None if np.isnan(timing.drift) else timing.drift,
        'total_ms': timing.total_ms,
        'from_camera_ms': (answer.labels_at_ns - stamp) / MILLISECOND,
        'stages': {name: getattr(timing, name) for name in STAGES},
    }
