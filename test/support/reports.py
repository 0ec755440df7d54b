# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What the node says on /diagnostics."""

from __future__ import annotations

from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from support.client import Client

OK, WARN, ERROR, STALE = (bytes([level]) for level in range(4))


class Reports:
    """Listens to /diagnostics."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.listener = client.listen('/diagnostics', DiagnosticArray)

    def wait(self, what: str, name: str = 'segment: camera camera') -> Any:
        """Return the first status of this name from now on whose message has this part."""
        messages = self.listener.messages
        messages.clear()
        seen: list[str] = []

        def found() -> Any:
            statuses = [s for m in messages for s in m.status if s.name == name]
            seen[:] = [s.message for s in statuses]
            return next((s for s in statuses if what in s.message), None)

        assert self._client.within(30, found), f'{what!r} is not in {seen}'
        return found()


def values(status: Any) -> dict[str, str]:
    """The figures of a status."""
    return {item.key: item.value for item in status.values}
