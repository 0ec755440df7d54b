# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The reference network beside the updates, on the CPU: one worker that gives way to them."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any, Protocol

from accel_ros.errors import EngineError, one_line

# More than that of the updates: a tenth of a CPU that both want, all of one that nobody wants.
NICENESS = 10
MOST_NICE = 19


class Graphs(Protocol):
    """The graphs keyframe and propagate, ready to run."""

    def run(self, graph: str, inputs: dict[str, Any], options: Any) -> dict[str, Any]:
        """Run a graph and return its outputs by name. Raises EngineError."""


class ReferenceWorker:
    """Runs keyframes one after the other, for all cameras, on a thread of its own.

    It loads its graphs when the first keyframe is begun: their threads inherit its low priority,
    and who waits for every keyframe pays nothing for them. From then on `updates` holds the graph
    update with the threads that keyframes leave to it: frames take as long with one as without.
    """

    def __init__(self, open_updates: Callable[[], Any], open_graphs: Callable[[], Graphs]) -> None:
        self.updates: Any = None
        self._open_updates = open_updates
        self._open_graphs = open_graphs
        self._graphs: Graphs | None = None
        self._executor = ThreadPoolExecutor(1, 'reference')

    def begin(self, image: Any, options: Any) -> Flight:
        """Start a keyframe; `options` are ONNX Runtime's for this run. Raises EngineError."""
        flight = Flight(options)
        try:
            flight.future = self._executor.submit(self._fly, image, flight)
        except RuntimeError as cause:
            raise EngineError(
                f'no keyframe can be begun: the engine is closed ({one_line(cause)})'
            ) from cause
        return flight

    def close(self) -> None:
        """Wait for the keyframe at hand; streams abandon theirs first, which makes it short."""
        self._executor.shutdown(cancel_futures=True)
        self._graphs = self.updates = None

    def _fly(self, image: Any, flight: Flight) -> Any:
        """Run the network, then catch up with the frames since; returns the state."""
        if self._graphs is None:
            updates = self._open_updates()  # before this thread gives way
            _give_way()
            self._graphs = self._open_graphs()
            self.updates = updates
        outputs = self._graphs.run('keyframe', {'image': image}, flight.options)
        return flight.carry(outputs['state'], self._graphs)


class Flight:
    """A keyframe under way."""

    def __init__(self, options: Any) -> None:
        self.options = options
        self.future: Future[Any] = Future()
        self.flows: deque[Any] = deque()  # of the frames since, oldest first; any thread

    def ready(self) -> bool:
        """Whether it has finished, well or badly."""
        return self.future.done()

    def land(self, graphs: Graphs) -> Any:
        """Return the state, carried up to now. Waits. Raises EngineError."""
        try:
            return self.carry(self.future.result(), graphs)
        except CancelledError as cause:
            raise EngineError('the keyframe was given up: the engine is closed') from cause

    def abandon(self) -> None:
        """Stop it at the next node of its graph, without waiting for that."""
        self.options.terminate = True
        self.future.cancel()

    def carry(self, state: Any, graphs: Graphs) -> Any:
        """Carry the state along all flows that are there."""
        while self.flows:
            inputs = {'state': state, 'flow': self.flows.popleft()}
            state = graphs.run('propagate', inputs, self.options)['state_out']
        return state


def _give_way() -> None:
    """Lower this thread's priority, and so that of the threads it starts."""
    thread = threading.get_native_id()
    with contextlib.suppress(OSError):
        niceness = os.getpriority(os.PRIO_PROCESS, thread) + NICENESS
        os.setpriority(os.PRIO_PROCESS, thread, min(niceness, MOST_NICE))
