# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The simulated GPU: its memory, its queues of work, and what goes wrong on request."""

from __future__ import annotations

import ctypes
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MEBIBYTE = 1 << 20


class Fault(Exception):
    """Work on the GPU touched what it must not, or was told to fail."""


@dataclass
class Ticket:
    """One recording of an event: done once the queue has come to it."""

    queue: Queue
    done: bool = False


@dataclass
class Queue:
    """A stream: work that waits, and a recording if one is under way."""

    priority: int = 0
    work: deque[Callable[[], None]] = field(default_factory=deque)
    recording: list[Callable[[], None]] | None = None
    failed: bool = False

    def add(self, work: Callable[[], None]) -> None:
        (self.work if self.recording is None else self.recording).append(work)

    def drain(self, until: Ticket | None = None) -> None:
        """Do what waits: all of it, or up to an event."""
        while self.work and not (until and until.done):
            try:
                self.work.popleft()()
            except Fault:
                self.failed = True


class Gpu:
    """Memory, queues, counters and faults of one simulated GPU."""

    def __init__(self, total: int = 8192 * MEBIBYTE) -> None:
        self.lock = threading.RLock()  # several cameras work at once
        self.total = total
        self.used = 0
        self.blocks: dict[int, tuple[str, Any]] = {}  # address -> (device or host, memory)
        self.objects: dict[int, Any] = {}  # handles of streams, graphs, events
        self.live: Counter[str] = Counter()
        self.copied: Counter[str] = Counter()  # bytes, by direction
        self.calls: Counter[str] = Counter()
        self._faults: dict[str, list[tuple[int, Any]]] = {}

    def fault(self, name: str, outcome: Any, after: int = 0) -> None:
        """Let the call of that name, after so many good ones, have this outcome (once)."""
        self._faults.setdefault(name, []).append((self.calls[name] + after, outcome))

    def forget_faults(self) -> None:
        """Let everything work again."""
        self._faults.clear()

    def call(self, name: str) -> Any:
        """Count a call; return its arranged outcome, or None for a good one."""
        with self.lock:
            number, due = self.calls[name], self._faults.get(name, [])
            self.calls[name] += 1
            for entry in due:
                if entry[0] == number:
                    due.remove(entry)
                    return entry[1]
            return None

    def allocate(self, where: str, count: int) -> int | None:
        """Return the address of new memory, filled with noise; None where there is too little."""
        with self.lock:
            if where == 'device' and self.used + count > self.total:
                return None
            memory = (ctypes.c_uint8 * count)()
            ctypes.memset(memory, 0xA5, count)
            address = ctypes.addressof(memory)
            self.blocks[address] = (where, memory)
            self.live[where] += 1
            self.used += count if where == 'device' else 0
            return address

    def release(self, where: str, address: int) -> bool:
        """Give memory back; False where there is none at this address."""
        with self.lock:
            found, memory = self.blocks.get(address, (None, None))
            if found != where:
                return False
            del self.blocks[address]
            self.live[where] -= 1
            self.used -= len(memory) if where == 'device' else 0
            ctypes.memset(memory, 0x5A, len(memory))
            return True

    def view(self, where: str, address: int, count: int) -> Any:
        """Return memory to read or write; Fault where it is not all one block of that kind."""
        found, memory = self.blocks.get(address, (None, b''))
        if found != where or count > len(memory):
            raise Fault(f'{count} bytes at {address:#x} are not {where} memory')
        return memory

    def count(self, kind: str, number: int, size: int) -> None:
        """Take note of so many more things of a kind, and of their memory."""
        with self.lock:
            self.live[kind] += number
            self.used += number * size

    def add(self, kind: str, thing: Any) -> int:
        """Return a handle of a stream, graph or event."""
        with self.lock:
            handle = id(thing)
            self.objects[handle] = thing
            self.live[kind] += 1
            return handle

    def remove(self, kind: str, handle: int) -> None:
        """Forget a handle; using it again is a KeyError of the test."""
        with self.lock:
            del self.objects[handle]
            self.live[kind] -= 1

    def work(self) -> None:
        """Let the GPU finish everything, as time would."""
        for queue in [thing for thing in self.objects.values() if isinstance(thing, Queue)]:
            queue.drain()

    def leaks(self) -> dict[str, int]:
        """What is still there."""
        return {kind: count for kind, count in self.live.items() if count}
