# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What became of a camera's frames."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Counts:
    """Frames of one camera since it started.

    `received` and `overtaken` are written by the receiving thread, `left` by the one that stops
    everything, the rest by the working one: every field has one writer, so none needs a lock.
    """

    received: int = 0
    processed: int = 0
    overtaken: int = 0  # a newer frame came before anybody took this one
    refused: int = 0  # could not be used
    left: int = 0  # nobody had taken it when the camera stopped
    landings: Counter[str] = field(default_factory=Counter)  # of keyframes beside the updates

    @property
    def dropped(self) -> int:
        """Frames that were received and will never have labels."""
        return self.overtaken + self.refused + self.left
