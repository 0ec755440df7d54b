# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Made-up figures of runs, as report.json has them."""

from __future__ import annotations

from typing import Any


def run(interval: int = 5, bundle: str = 'tiny', **changes: Any) -> dict[str, Any]:
    """The figures of a run; `miou`, `age` and `drops` are short for where they stand."""
    miou, age, drops = (changes.pop(name, value) for name, value in
                        (('miou', 70.0), ('age', 50.0), ('drops', 0.0)))  # fmt: skip
    times = {'count': 10, 'mean': 20.0, 'p50': 20.0, 'p95': 30.0, 'p99': 31.0, 'max': 32.0}
    return {
        'bundle': bundle,
        'variant': 'accel',
        'interval': interval,
        'mode': 'offline',
        'frames': 20,
        'accuracy': {
            'frames': 20,
            'miou': miou,
            'pixels': 90.0,
            'iou': {'road': 90.0, 'car': None},
            'by_distance': [{'distance': 0, 'frames': 20, 'miou': miou, 'pixels': 90.0}],
        },
        'agreement': None,
        'temporal_consistency': 97.0,
        'drift': None,
        'time_ms': {kind: dict(times) for kind in ('all', 'key', 'update')},
        'real_time': {
            'measured': False,
            'received': 20,
            'dropped': 0,
            'drop_share': drops,
            'age_from': 'stamp',
            'age_ms': {**times, 'p95': age},
        },
        **changes,
    }
