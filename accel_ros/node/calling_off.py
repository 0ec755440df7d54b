# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Call off a build through the lifecycle: cleanup and shutdown work while the node configures.

ROS's state machine knows no way out of `configuring` but its end. So the request ends the build
first, which ends the transition, and is carried out from the state that this leaves.
"""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import Any

from lifecycle_msgs.msg import State, Transition, TransitionDescription
from lifecycle_msgs.srv import ChangeState, GetAvailableTransitions
from rclpy.lifecycle import LifecycleNodeMixin

CHECK_S = 0.02
WAYS_OUT = (
    ('cleanup', Transition.TRANSITION_CLEANUP, State.PRIMARY_STATE_UNCONFIGURED, 'unconfigured'),
    (
        'shutdown',
        Transition.TRANSITION_UNCONFIGURED_SHUTDOWN,
        State.PRIMARY_STATE_FINALIZED,
        'finalized',
    ),
)
SHUTDOWNS = (
    Transition.TRANSITION_UNCONFIGURED_SHUTDOWN,
    Transition.TRANSITION_INACTIVE_SHUTDOWN,
    Transition.TRANSITION_ACTIVE_SHUTDOWN,
)


def let_builds_be_cancelled(node: LifecycleNodeMixin, cancel: threading.Event) -> None:
    """Let cleanup and shutdown set `cancel` while the node configures, and wait for its end."""
    service = node._service_change_state
    service.callback = partial(_change_state, node, cancel, service.callback)
    offer = node._service_get_available_transitions
    offer.callback = partial(_get_transitions, node, offer.callback)


def _change_state(
    node: LifecycleNodeMixin,
    cancel: threading.Event,
    change_state: Any,
    request: ChangeState.Request,
    response: ChangeState.Response,
) -> ChangeState.Response:
    way_out = _way_out(request.transition)
    if way_out is None or _state(node) != 'configuring':
        return change_state(request, response)
    cancel.set()
    while _state(node) == 'configuring':
        time.sleep(CHECK_S)
    cancel.clear()
    if way_out == 'cleanup' and _state(node) == 'unconfigured':
        response.success = True
        return response
    return change_state(ChangeState.Request(transition=Transition(label=way_out)), response)


def _get_transitions(
    node: LifecycleNodeMixin,
    get_transitions: Any,
    request: GetAvailableTransitions.Request,
    response: GetAvailableTransitions.Response,
) -> GetAvailableTransitions.Response:
    """Offer the ways out, too, for tools that ask first (`ros2 lifecycle set`)."""
    response = get_transitions(request, response)
    if _state(node) == 'configuring':
        for label, number, goal, goal_label in WAYS_OUT:
            offer = TransitionDescription(transition=Transition(id=number, label=label))
            offer.start_state = State(id=State.TRANSITION_STATE_CONFIGURING, label='configuring')
            offer.goal_state = State(id=goal, label=goal_label)
            response.available_transitions.append(offer)
    return response


def _way_out(transition: Transition) -> str | None:
    """Return cleanup or shutdown, or None for any other transition."""
    if transition.label in ('cleanup', 'shutdown'):
        return str(transition.label)
    if transition.label:
        return None
    if transition.id == Transition.TRANSITION_CLEANUP:
        return 'cleanup'
    return 'shutdown' if transition.id in SHUTDOWNS else None


def _state(node: LifecycleNodeMixin) -> str:
    return str(node._state_machine.current_state[1])
