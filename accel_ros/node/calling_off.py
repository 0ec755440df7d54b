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

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.lifecycle import LifecycleNodeMixin

CHECK_S = 0.02
SHUTDOWNS = (
    Transition.TRANSITION_UNCONFIGURED_SHUTDOWN,
    Transition.TRANSITION_INACTIVE_SHUTDOWN,
    Transition.TRANSITION_ACTIVE_SHUTDOWN,
)


def let_builds_be_cancelled(node: LifecycleNodeMixin, cancel: threading.Event) -> None:
    """Let cleanup and shutdown set `cancel` while the node configures, and wait for its end."""
    service = node._service_change_state
    service.callback = partial(_change_state, node, cancel, service.callback)


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
