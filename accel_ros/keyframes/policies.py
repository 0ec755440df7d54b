# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""When an unbroken scene gets its next keyframe: policies over one interface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from accel_ros.errors import AccelError
from accel_ros.keyframes.decision import Reason

POLICIES = ('fixed', 'adaptive', 'deadline')
DEFAULT_INTERVAL = 5
DEFAULT_CEILING = 20  # frames, where something else decides before
DEFAULT_THRESHOLD = 15.0  # grey levels of 255
DEFAULT_LATENCY_MS = 100.0
DEFAULT_SHARE = 0.7

# Grey levels: driving changes an image by up to 9 from frame to frame, in another place of the
# same town it differs by more than 20 in 99 of 100 cases (CamVid).
CUT = 20.0


@dataclass(frozen=True)
class Progress:
    """How a stream is doing, seen from the frame to decide on; times in milliseconds."""

    frames_since_keyframe: int  # taken or begun; 1 for the frame right after it
    change: float = 0.0  # of the image from frame to frame, summed since then, see `breaks`
    period_ms: float | None = None  # from frame to frame
    key_ms: float | None = None  # what a keyframe takes
    update_ms: float | None = None
    keyframe_latency_ms: float | None = None  # of a frame that a keyframe is taken or begun on
    frame: int = 0  # number of the frame in its stream


class Policy(Protocol):
    """Decides on the frames of an unbroken scene; a frozen value, so it is changed by another."""

    @property
    def interval(self) -> int:
        """Return the longest distance from one keyframe to the next, in frames."""

    @property
    def cut(self) -> float | None:
        """Return the change of the image, 0 to 255, beyond which it shows another scene."""

    def due(self, progress: Progress) -> Reason:
        """Return why a keyframe is due with this frame; empty where none is."""


@dataclass(frozen=True)
class FixedInterval:
    """Every `interval`-th frame, as in the paper."""

    interval: int = DEFAULT_INTERVAL
    cut: float | None = None

    def __post_init__(self) -> None:
        """Raise AccelError for an interval that is none."""
        _check_frames('keyframe interval', self.interval)

    def due(self, progress: Progress) -> Reason:
        """Return 'interval' when the interval is over."""
        return 'interval' if progress.frames_since_keyframe >= self.interval else ''


@dataclass(frozen=True)
class Adaptive:
    """When the image has changed by more than `threshold` since the keyframe.

    The change from frame to frame, summed, tells what the carried state has lost better than the
    branches' disagreement and the flow's size do: docs/keyframes.md has the figures.
    """

    interval: int = DEFAULT_CEILING
    floor: int = 2
    threshold: float = DEFAULT_THRESHOLD
    cut: float | None = CUT

    def __post_init__(self) -> None:
        """Raise AccelError for distances that are none."""
        _check_frames('keyframe interval', self.interval)
        _check_frames('keyframe floor', self.floor)

    def due(self, progress: Progress) -> Reason:
        """Return 'interval' at the ceiling, 'change' beyond the threshold and the floor."""
        if progress.frames_since_keyframe >= self.interval:
            return 'interval'
        changed = progress.change > self.threshold
        return 'change' if changed and progress.frames_since_keyframe >= self.floor else ''


@dataclass(frozen=True)
class Deadline:
    """As often as a frame's latency and the share of compute allow, as they are measured."""

    interval: int = DEFAULT_CEILING  # even where nothing allows it
    floor: int = 2
    latency_ms: float = DEFAULT_LATENCY_MS  # that a frame may take
    share: float = DEFAULT_SHARE  # of the time that the network may be busy, 0 to 1
    cut: float | None = CUT

    def __post_init__(self) -> None:
        """Raise AccelError for distances that are none."""
        _check_frames('keyframe interval', self.interval)
        _check_frames('keyframe floor', self.floor)

    def due(self, progress: Progress) -> Reason:
        """Return 'interval' at the ceiling, 'budget' where latency and compute allow it."""
        frames = progress.frames_since_keyframe
        if frames >= self.interval:
            return 'interval'
        return 'budget' if frames >= self.floor and self._affordable(progress) else ''

    def _affordable(self, progress: Progress) -> bool:
        """Whether a keyframe now keeps the time from the last one to this one within budget."""
        key_ms, latency_ms = progress.key_ms, progress.keyframe_latency_ms
        if key_ms is None or latency_ms is None or latency_ms > self.latency_ms:
            return False
        frames = progress.frames_since_keyframe
        spent_ms = key_ms + (frames - 1) * (progress.update_ms or 0.0)
        return spent_ms <= self.share * frames * (progress.period_ms or self.latency_ms)


@dataclass(frozen=True)
class OnlyKeyframes(FixedInterval):
    """Every frame, for bundles without an update graph, whatever the interval."""

    def due(self, progress: Progress) -> Reason:
        """Return 'variant'."""
        return 'variant'


@dataclass(frozen=True)
class Recorded:
    """As it was once: what the field `reason` of a recorded stream's frames says."""

    reasons: Sequence[Reason]  # by number of the frame
    interval: int = DEFAULT_INTERVAL
    cut: float | None = None

    def due(self, progress: Progress) -> Reason:
        """Look at the record; what lies beyond it is an update."""
        return self.reasons[progress.frame] if progress.frame < len(self.reasons) else ''


def policy_named(
    name: str,
    interval: int | None = None,
    floor: int = 2,
    threshold: float = DEFAULT_THRESHOLD,
    latency_ms: float = DEFAULT_LATENCY_MS,
    share: float = DEFAULT_SHARE,
) -> Policy:
    """Return one of POLICIES with the limits that it knows; no interval: its own default."""
    if name == 'adaptive':
        return Adaptive(interval or DEFAULT_CEILING, floor, threshold)
    if name == 'deadline':
        return Deadline(interval or DEFAULT_CEILING, floor, latency_ms, share)
    return FixedInterval(interval or DEFAULT_INTERVAL)


def _check_frames(what: str, frames: int) -> None:
    if type(frames) is not int or frames < 1:
        raise AccelError(
            f'{what} {frames!r} is not possible: it counts the frames from one keyframe to the '
            'next; use 1 (only keyframes) or more'
        )
