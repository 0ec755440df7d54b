# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
One network in a process of its own: start-up, memory, and what keyframes and updates take.

    python -m suite.probe BUNDLE KEYFRAMES UPDATES

prints one line of JSON. Frames are noise; times do not depend on what they show.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from suite import machine

if TYPE_CHECKING:
    from accel_ros.timing import Stopwatch

REST = 0.2  # of the time before


def probe(path: Path, keyframes: int, updates: int) -> dict[str, object]:
    """Measure a bundle; times in milliseconds, memory in MiB."""
    machine.alone()
    before = _resident_mib()
    start = time.perf_counter()
    from accel_ros.bundle import Bundle
    from accel_ros.engines import open_engine
    from accel_ros.timing import Stopwatch, percentiles

    imported_ms = 1000 * (time.perf_counter() - start)
    watch = Stopwatch()
    bundle = Bundle.open(path)
    checked_ms = watch.lap_ms()
    engine = open_engine(bundle)
    loaded_ms = watch.lap_ms()
    shape = (keyframes + updates + 1, bundle.manifest.height, bundle.manifest.width, 3)
    film = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    stream = engine.open_stream()
    watch.lap_ms()
    stream.keyframe(film[0])
    first_ms = watch.lap_ms()
    loaded_mib = _resident_mib() - before
    times: dict[str, list[float]] = {'key': [], 'update': []}
    for index in range(max(keyframes, updates)):
        if index < keyframes:
            _rest(watch)
            stream.keyframe(film[1 + index])
            times['key'].append(watch.lap_ms())
        if bundle.has_update and index < updates:
            _rest(watch)
            stream.update(film[1 + keyframes + index])
            times['update'].append(watch.lap_ms())
    running_mib = _resident_mib() - before
    watch.lap_ms()
    again = open_engine(Bundle.open(path))
    again.open_stream().keyframe(film[0])
    return {
        'bundle': bundle.manifest.name,
        'key_ms': percentiles(times['key']),
        'update_ms': percentiles(times['update']),
        'start_ms': {
            'import': imported_ms,
            'check': checked_ms,
            'load': loaded_ms,
            'first frame': first_ms,
            'again, first frame included': watch.lap_ms(),
        },
        'memory_mib': {'loaded': loaded_mib, 'running': running_mib},
    }


def _rest(watch: Stopwatch) -> None:
    """Let others work, before the kernel stops a process in real time to let them."""
    time.sleep(REST * watch.lap_ms() / 1000)
    watch.lap_ms()


def _resident_mib() -> float:
    for line in Path('/proc/self/status').read_text().splitlines():
        if line.startswith('VmRSS'):
            return int(line.split()[1]) / 1024
    return float('nan')


if __name__ == '__main__':
    figures = probe(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps(figures) + '\n')
