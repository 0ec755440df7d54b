# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Decides frame by frame: what becomes of the keyframe under way, and whether one is due.

Pure Python, no clock of its own: the same frames give the same decisions.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable

from accel_ros.keyframes.breaks import change, scene_break
from accel_ros.keyframes.decision import BESIDE, Decision, Landing, Reason, View
from accel_ros.keyframes.landings import LandingRule
from accel_ros.keyframes.pace import Pace
from accel_ros.keyframes.policies import Policy, Progress


def never_ready() -> bool:
    """Say that no keyframe under way has finished."""
    return False


class Scheduler:
    """Remembers the last frame that was really processed, and the keyframe under way.

    `decide` and then `done`, or `request('error')` when the frame failed. `request` may come from
    another thread at any time: it holds for the next decision. `policy`, `max_gap_s` and
    `landings` (None: every keyframe is waited for) may change between two frames.
    """

    def __init__(
        self, policy: Policy, max_gap_s: float | None, landings: LandingRule | None = None
    ) -> None:
        self.policy = policy
        self.max_gap_s = max_gap_s
        self.landings = landings
        self._requests: deque[Reason] = deque()  # appended to by any thread
        self._previous: View | None = None
        self._frame = 0  # number of the frame to decide on
        self._age = 0  # of the state in force: frames since its keyframe
        self._since = 0  # frames since the last keyframe that was taken or begun
        self._under_way = False
        self._change = 0.0  # of the image, summed since that keyframe
        self._pace = Pace()

    def request(self, reason: Reason = 'reset') -> None:
        """Make the next frame a keyframe."""
        self._requests.append(reason)

    def decide(self, view: View, ready: Callable[[], bool] = never_ready) -> Decision:
        """Return what to do with this frame. A request is used up by it.

        `ready` tells whether the keyframe under way has finished.
        """
        forced = self._forced(view)
        landing = self._landing(forced, ready)
        total = self._change + self._change_to(view)
        reason = forced or self.policy.due(self._progress(total))
        goes_on = self._under_way and not landing
        if reason and (forced or self.landings is None or reason not in BESIDE):
            return Decision('key', reason, 0, 'abandoned' if self._under_way else '', total)
        age = self._since if landing == 'landed' else self._age
        return Decision('update', '' if goes_on else reason, age + 1, landing, total)

    def not_landed(self, decision: Decision) -> Decision:
        """Return the decision on a frame before which the keyframe turned out to have failed."""
        return dataclasses.replace(decision, landing='failed', frames_since_keyframe=self._age + 1)

    def done(self, view: View, decision: Decision, infer_ms: float = 0.0) -> None:
        """Remember a frame that was processed: the next flow starts from it."""
        goes_on = self._under_way and not decision.landing
        begun = decision.kind == 'update' and bool(decision.reason)
        self._measure(view, decision, infer_ms, beside=goes_on)
        self._previous = view
        self._frame += 1
        self._age = decision.frames_since_keyframe
        self._since = 0 if decision.reason else self._since + 1
        self._under_way = begun or goes_on
        self._change = 0.0 if decision.reason else decision.change

    def _forced(self, view: View) -> Reason:
        """Return why this frame has to be a keyframe that is waited for, if so."""
        requested: Reason = ''
        while self._requests:
            requested = self._requests.popleft()  # the latest counts
        if self._previous is None:
            return 'first'
        broken = requested or scene_break(self._previous, view, self.max_gap_s)
        if not broken and self.policy.cut is not None:
            return 'cut' if self._change_to(view) > self.policy.cut else ''
        return broken

    def _change_to(self, view: View) -> float:
        return 0.0 if self._previous is None else change(self._previous, view)

    def _landing(self, forced: Reason, ready: Callable[[], bool]) -> Landing:
        if not self._under_way:
            return ''
        if forced or self.landings is None:
            return 'abandoned'
        return self.landings.landing(self._frame, self._since + 1, ready)

    def _progress(self, total: float) -> Progress:
        beside = self._pace('beside') or self._pace('update')
        return Progress(
            frames_since_keyframe=self._since + 1,
            change=total,
            period_ms=self._pace('period'),
            key_ms=self._pace('key'),
            update_ms=self._pace('update'),
            keyframe_latency_ms=self._pace('key') if self.landings is None else beside,
            frame=self._frame,
        )

    def _measure(self, view: View, decision: Decision, infer_ms: float, beside: bool) -> None:
        self._pace.note('beside' if beside else decision.kind, infer_ms)
        previous = self._previous
        if previous is not None and previous.stamp_ns and view.stamp_ns > previous.stamp_ns:
            self._pace.note('period', (view.stamp_ns - previous.stamp_ns) / 1e6)
