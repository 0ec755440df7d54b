# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Made-up rows of an evaluation's table."""

from __future__ import annotations

from dataclasses import replace

from accel_model.evaluate.result import AtDistance, Row, Times


def row(model='accel', interval=5, network='accel-lite', **figures) -> Row:
    """Return a row of three classes; `figures` replace any field."""
    times = Times(50, 123.4, 122.6, 1231.2)
    return replace(
        Row(
            network=network,
            model=model,
            interval=interval,
            frames=50,
            miou=72.34,
            pixel_accuracy=94.12,
            temporal_consistency=97.55,
            iou=(91.25, None, 0.5),
            by_distance=(AtDistance(0, 10, 73.01), AtDistance(4, 10, 70.99)),
            key_ms=times,
            update_ms=times if interval > 1 else None,
            frame_ms=99.9,
            confusion=(),
        ),
        **figures,
    )
