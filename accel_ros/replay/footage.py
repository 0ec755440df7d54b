# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What is evaluated: one camera's images in their order, with true labels where there are any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from accel_ros.classes import ClassTable
from accel_ros.pipeline import Frame

UNLABELLED = 255  # as vision_msgs has it, whatever else a class table ignores
MOST_PROBLEMS = 20


@dataclass(frozen=True)
class Shot:
    """One image of a recording.

    :ivar number: its place among all images of the recording, those that cannot be read included
    :ivar arrival_ns: when the recorder got it; 0 where that is not known
    :ivar decode_ms: what it took to make the image of the message
    :ivar labels: true class ids, u8 [h, w]; None where there are none
    :ivar cut: nothing leads from the image before to this one
    """

    number: int
    frame: Frame
    arrival_ns: int
    decode_ms: float = 0.0
    labels: np.ndarray | None = None
    cut: bool = False


class Footage(Protocol):
    """The images of one camera, once from the beginning to the end."""

    name: str  # what to call it in reports
    count: int | None  # how many images there are, as far as it is known
    labels: str  # where true labels come from, in words; empty: there are none
    problems: Problems

    @property
    def classes(self) -> ClassTable | None:
        """Return the classes of the true labels; None: they are the network's."""

    def identity(self) -> dict[str, Any]:
        """Return what tells this footage from every other one: files, their sizes, topics."""

    def shots(self, first: int) -> Iterator[Shot]:
        """Yield the images from number `first` on; those before it are not decoded."""

    def keyframes(self, interval: int) -> frozenset[int]:
        """Return the images at which an evaluation protocol wants keyframes, besides its own."""


@dataclass
class Problems:
    """What could not be read. The first ones are kept, the others counted; none comes twice."""

    lines: list[str] = field(default_factory=list)
    more: int = 0

    def note(self, line: str) -> None:
        """Keep a line, unless it is known."""
        line = ' '.join(line.split())
        if line in self.lines:
            return
        if len(self.lines) >= MOST_PROBLEMS:
            self.more += 1
            return
        self.lines.append(line)

    def all(self) -> list[str]:
        """Return the lines for a report."""
        return [*self.lines, *([f'and {self.more} more problems'] if self.more else [])]
