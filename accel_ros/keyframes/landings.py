# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""When a keyframe that runs beside the updates lands: three rules over one interface."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from accel_ros.errors import AccelError
from accel_ros.keyframes.decision import Landing

MODES = ('sync', 'concurrent')  # a frame waits for its keyframe, or keyframes run beside updates
DEFAULT_MAX_DELAY = 30  # frames


class LandingRule(Protocol):
    """Decides, before every frame, about the keyframe under way."""

    def landing(self, frame: int, delay: int, ready: Callable[[], bool]) -> Landing:
        """Return 'landed', or why the keyframe is given up; empty while it goes on.

        `frame` is the number of the frame in its stream, `delay` how many frames lie between it
        and the keyframe's image (1: the very next frame), `ready` whether it has finished.
        """


@dataclass(frozen=True)
class WhenReady:
    """As soon as it has finished, but not after more than `max_delay` frames: the live rule."""

    max_delay: int = DEFAULT_MAX_DELAY

    def landing(self, frame: int, delay: int, ready: Callable[[], bool]) -> Landing:
        """Look at the keyframe, never wait for it."""
        if delay > self.max_delay:
            return 'late'
        return 'landed' if ready() else ''


@dataclass(frozen=True)
class AfterFrames:
    """After a stated number of frames, waited for where need be: the same on every machine."""

    delay: int

    def __post_init__(self) -> None:
        """Raise AccelError for a delay that is none."""
        if type(self.delay) is not int or self.delay < 1:
            raise AccelError(
                f'a keyframe cannot land after {self.delay!r} frames; use 1 (the next frame) or '
                'more'
            )

    def landing(self, frame: int, delay: int, ready: Callable[[], bool]) -> Landing:
        """Look at the delay only."""
        return 'landed' if delay >= self.delay else ''


@dataclass(frozen=True)
class AsRecorded:
    """As it was once: what the field `landing` of a recorded stream's frames says."""

    landings: Sequence[Landing]  # by number of the frame

    def landing(self, frame: int, delay: int, ready: Callable[[], bool]) -> Landing:
        """Look at the record; what lies beyond it never lands."""
        return self.landings[frame] if frame < len(self.landings) else ''
