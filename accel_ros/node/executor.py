# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Who executes the node's callbacks: images at once, what may take long on the side."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from rclpy.executors import (
    Executor,
    ExternalShutdownException,
    ShutdownException,
    TimeoutException,
)
from rclpy.task import Task

# A transition may take minutes; beside it there is a report to write, and questions to answer.
SIDE_THREADS = 3


class SideExecutor(Executor):
    """Executes the callbacks of nodes' default groups in the spinning thread, others beside it.

    So an image is received without a change of threads, which would cost a fifth of the CPU that
    receiving takes, and a callback in a group of its own may take as long as it wants.
    """

    def __init__(self, **options: Any) -> None:
        """Take rclpy's options of executors."""
        super().__init__(**options)
        self._side = _started_pool(SIDE_THREADS)
        self._pending: list[Task[Any]] = []

    def spin_once(self, timeout_sec: float | None = None) -> None:
        """Wait for one callback and execute it, or have it executed.

        Raises what a callback has raised, be it this one or one before.
        """
        try:
            handler, entity, node = self.wait_for_ready_callbacks(timeout_sec=timeout_sec)
        except (ExternalShutdownException, ShutdownException, TimeoutException):
            return
        # rclpy may hand out a task again until it has seen it end; its error is raised once.
        known = handler in self._pending or handler.done()
        if node is None or entity is None or entity.callback_group is node.default_callback_group:
            handler()
        else:
            self._side.submit(handler)
        if not known:
            self._pending.append(handler)
        for task in [task for task in self._pending if task.done()]:
            self._pending.remove(task)
            task.result()

    def shutdown(self, timeout_sec: float | None = None) -> bool:
        """Stop, and wait for the callbacks that are being executed."""
        done = super().shutdown(timeout_sec)
        self._side.shutdown()
        return done


def _started_pool(threads: int) -> ThreadPoolExecutor:
    """Return a pool whose threads all run: by itself it would add them one by one, some day."""
    pool = ThreadPoolExecutor(threads, 'side')
    started = Barrier(threads + 1)
    for _ in range(threads):
        pool.submit(started.wait)
    started.wait()
    return pool
