# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What a camera at its recorded rate would have seen, simulated from measured times.

The rule is the node's: one worker, and a slot before it that holds the newest image only. Whoever
drops images takes its keyframes at others, so the scheduler decides anew, as it does in the node.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from accel_ros.keyframes import FixedInterval, Kind, OnlyKeyframes, Scheduler, View
from accel_ros.pipeline import DEFAULT_MAX_GAP_S
from accel_ros.replay.records import Columns

OWN_REASONS = {'', 'first', 'interval', 'variant', 'gap'}  # what the simulation decides by itself
MOST_DELAY_S = 5.0  # between stamp and arrival; beyond it they are of two clocks


@dataclass(frozen=True)
class RealTime:
    """A simulated (or live) camera. Ages are in milliseconds, one for each labelled image."""

    received: int
    processed: np.ndarray  # places of the labelled images among the received ones
    age_ms: np.ndarray
    since_stamp: bool  # ages count from the stamps; otherwise from the arrivals

    @property
    def dropped(self) -> int:
        """Images that a newer one replaced."""
        return self.received - len(self.processed)


def simulate(columns: Columns, interval: int) -> RealTime | None:
    """Play the arrivals of a run's images against its times; None where there are no arrivals.

    An image takes what it took in the run, or, where it is of the other kind here, what the last
    image of that kind took.
    """
    arrivals = columns.arrival_ns
    if len(arrivals) < 2 or not arrivals.all():
        return None
    costs = {True: _last_known(columns, key=True), False: _last_known(columns, key=False)}
    only_keys = bool(columns.key.all())
    policy = OnlyKeyframes(interval) if only_keys else FixedInterval(interval)
    scheduler = Scheduler(policy, DEFAULT_MAX_GAP_S)
    processed: list[int] = []
    done: list[int] = []
    free_ns, taken = 0, -1
    while taken + 1 < len(arrivals):
        # The newest image that is there when the worker is free, or the next one to come.
        newest = int(np.searchsorted(arrivals, free_ns, side='right')) - 1
        place = max(newest, taken + 1)
        kind = _decide(scheduler, columns, taken, place)
        cost_ns = int(costs[kind == 'key'][place] * 1e6)
        free_ns = max(free_ns, int(arrivals[place])) + cost_ns
        processed.append(place)
        done.append(free_ns)
        taken = place
    places = np.array(processed)
    since, since_stamp = _origin(columns)
    ages = (np.array(done) - since[places]) / 1e6
    return RealTime(len(arrivals), places, ages, since_stamp)


def _decide(scheduler: Scheduler, columns: Columns, taken: int, place: int) -> Kind:
    """Return the kind of an image, `taken` being the one that was processed before it."""
    for reason in columns.reason[taken + 1 : place + 1]:
        if reason not in OWN_REASONS:
            scheduler.request(reason)  # another size, a covered lens, ...
    view = View(1, 1, '', int(columns.stamp_ns[place]))
    decision = scheduler.decide(view)
    scheduler.done(view, decision)
    return decision.kind


def _last_known(columns: Columns, key: bool) -> np.ndarray:
    """Return, for every image, the time of the last image of a kind; of the first before that."""
    places = np.flatnonzero(columns.key == key)
    if not places.size:
        return columns.total_ms
    before = np.searchsorted(places, np.arange(len(columns.key)), side='right') - 1
    return columns.total_ms[places[np.maximum(before, 0)]]


def _origin(columns: Columns) -> tuple[np.ndarray, bool]:
    """Return what ages count from: the stamps, unless they are of another clock."""
    delay_s = float(np.median(columns.arrival_ns - columns.stamp_ns)) / 1e9
    plausible = bool(columns.stamp_ns.all()) and 0 <= delay_s <= MOST_DELAY_S
    return (columns.stamp_ns, True) if plausible else (columns.arrival_ns, False)
