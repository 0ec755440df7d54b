# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The ROS 2 side: the lifecycle node `segment` and what it is made of."""

from __future__ import annotations

from collections.abc import Sequence


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until it is stopped; returns the process's exit status."""
    # Imported here: the parts of this package that need no ROS are also usable without it.
    from accel_ros.node.process import run

    return run(args)
