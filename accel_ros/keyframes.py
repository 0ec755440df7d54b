# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""When to take a keyframe: a policy for the ordinary case, and the breaks that force one.

Pure Python, no clock of its own: the same frames give the same decisions.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal, Protocol

from accel_ros.errors import AccelError

Kind = Literal['key', 'update']

# Why a frame is a keyframe; empty for an update.
Reason = Literal[
    '',
    'first',  # nothing came before it
    'interval',  # the policy's interval is over
    'size',  # the image size changed
    'encoding',  # the image encoding changed
    'gap',  # too much time since the previous frame
    'stamp',  # the clock went back
    'blank',  # an image without content follows one with content, or the other way round
    'reset',  # somebody asked for it
    'error',  # the previous frame failed
    'variant',  # the bundle has no update graph
]


@dataclass(frozen=True)
class View:
    """What a decision needs to know of a frame: size in pixels, encoding, time, content."""

    height: int
    width: int
    encoding: str
    stamp_ns: int  # 0: unknown
    blank: bool = False  # all one colour: no flow can be seen in it


@dataclass(frozen=True)
class Decision:
    """What to do with a frame, why, and how many frames ago the last keyframe was."""

    kind: Kind
    reason: Reason
    frames_since_keyframe: int


@dataclass(frozen=True)
class Progress:
    """How far a stream is from its last keyframe, seen from the frame to decide on."""

    frames_since_keyframe: int  # 1 for the frame right after the keyframe


class Policy(Protocol):
    """Decides on the frames of an unbroken scene."""

    def due(self, progress: Progress) -> Reason:
        """Return why this frame is a keyframe, or an empty reason for an update."""


class FixedInterval:
    """Every `interval`-th frame is a keyframe, as in the paper. The interval can change live."""

    def __init__(self, interval: int) -> None:
        self.interval = interval

    @property
    def interval(self) -> int:
        """Return the distance from one keyframe to the next, in frames; 1: only keyframes."""
        return self._interval

    @interval.setter
    def interval(self, interval: int) -> None:
        if type(interval) is not int or interval < 1:
            raise AccelError(
                f'keyframe interval {interval!r} is not possible: it counts the frames from one '
                'keyframe to the next; use 1 (only keyframes) or more'
            )
        self._interval = interval

    def due(self, progress: Progress) -> Reason:
        """Return 'interval' when the interval is over."""
        return 'interval' if progress.frames_since_keyframe >= self._interval else ''


class OnlyKeyframes(FixedInterval):
    """Every frame is a keyframe, for bundles without an update graph, whatever the interval."""

    def due(self, progress: Progress) -> Reason:
        """Return 'variant'."""
        return 'variant'


def scene_break(previous: View, current: View, max_gap_s: float | None) -> Reason:
    """Return why the previous frame's state must not be carried to the current frame, if so."""
    if (previous.height, previous.width) != (current.height, current.width):
        return 'size'
    if previous.encoding != current.encoding:
        return 'encoding'
    if previous.stamp_ns and current.stamp_ns:
        step_ns = current.stamp_ns - previous.stamp_ns
        if step_ns < 0:
            return 'stamp'
        if max_gap_s is not None and step_ns > max_gap_s * 1e9:
            return 'gap'
    return 'blank' if previous.blank != current.blank else ''


class Scheduler:
    """Decides frame by frame; remembers the last frame that was really processed.

    `decide` and then `done`, or `request('error')` when the frame failed. `request` may come from
    another thread at any time: it holds for the next decision.
    """

    def __init__(self, policy: Policy, max_gap_s: float | None) -> None:
        self._policy = policy
        self.max_gap_s = max_gap_s  # may change between two frames
        self._requests: deque[Reason] = deque()  # appended to by any thread
        self._previous: View | None = None
        self._since = 0

    def request(self, reason: Reason = 'reset') -> None:
        """Make the next frame a keyframe."""
        self._requests.append(reason)

    def decide(self, view: View) -> Decision:
        """Return what to do with this frame. A request is used up by it."""
        reason = self._reason(view, self._take_request())
        if reason:
            return Decision('key', reason, 0)
        return Decision('update', '', self._since + 1)

    def done(self, view: View, decision: Decision) -> None:
        """Remember a frame that was processed: the next flow starts from it."""
        self._previous = view
        self._since = decision.frames_since_keyframe

    def _take_request(self) -> Reason:
        """Return the latest request and forget all of them."""
        latest: Reason = ''
        while self._requests:
            latest = self._requests.popleft()
        return latest

    def _reason(self, view: View, requested: Reason) -> Reason:
        if self._previous is None:
            return 'first'
        return (
            requested
            or scene_break(self._previous, view, self.max_gap_s)
            or self._policy.due(Progress(self._since + 1))
        )
