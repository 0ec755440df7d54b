# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The place between a camera's subscription and its worker: it holds the newest frame only."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

Item = TypeVar('Item')


class NewestSlot(Generic[Item]):
    """Room for one item; a newer one replaces one that nobody took.

    So a slow taker never works on old items, and a fast giver never waits.
    """

    def __init__(self) -> None:
        """Start empty and open."""
        self._changed = threading.Condition()
        self._items: list[Item] = []  # none or one: an item may itself be None
        self._closed = False

    def put(self, item: Item) -> int:
        """Store an item without waiting; returns how many that lost (itself, when closed)."""
        with self._changed:
            if self._closed:
                return 1
            lost = len(self._items)
            self._items = [item]
            self._changed.notify()
            return lost

    def take(self) -> Item:
        """Wait for an item and take it out; raises `SlotClosed` once the slot is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed)
            if self._closed:
                raise SlotClosed
            return self._items.pop()

    def close(self) -> int:
        """Wake the taker for good; returns how many untaken items were lost by it."""
        with self._changed:
            lost = len(self._items)
            self._items = []
            self._closed = True
            self._changed.notify_all()
            return lost


class SlotClosed(Exception):
    """Nothing will ever come out of this slot again."""
