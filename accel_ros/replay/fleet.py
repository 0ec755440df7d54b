# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Many recordings at once: on the processes of this machine, or on a Ray cluster."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any

from tqdm import tqdm

from accel_ros.errors import AccelError, one_line
from accel_ros.replay.results import SequenceResult
from accel_ros.replay.task import Task, evaluate

Outcome = tuple[Task, SequenceResult | str]  # a string says why it failed


def cores() -> int:
    """Return how many CPU cores this process may use."""
    return len(os.sched_getaffinity(0))


def one_by_one(tasks: Sequence[Task]) -> Iterator[Outcome]:
    """Evaluate in this process, so that nothing disturbs the times."""
    for task in tasks:
        yield task, _outcome(task, progress=True)


def on_processes(tasks: Sequence[Task], jobs: int) -> Iterator[Outcome]:
    """Evaluate in `jobs` processes; the outcomes come as they are done."""
    # Spawned: a fork would inherit the threads of onnxruntime and OpenCV half-way.
    with ProcessPoolExecutor(jobs, mp_context=get_context('spawn')) as pool:
        futures = {pool.submit(_outcome, task): task for task in tasks}
        for future in tqdm(as_completed(futures), total=len(tasks), unit='bag', disable=None):
            try:
                yield futures[future], future.result()
            except BrokenProcessPool:
                yield futures[future], 'its process was killed; is there enough memory?'


def on_ray(tasks: Sequence[Task], address: str) -> Iterator[Outcome]:
    """Evaluate on a Ray cluster: 'local' starts one on this machine.

    Bags, bundles and the report's folder have to be in a file system that all machines share.
    """
    ray = _import_ray()
    ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    try:
        remote = ray.remote(num_cpus=1, max_retries=0)(_outcome)
        pending = {remote.remote(task): task for task in tasks}
        with tqdm(total=len(tasks), unit='bag', disable=None) as bar:
            while pending:
                [done], _ = ray.wait(list(pending), num_returns=1)
                task = pending.pop(done)
                bar.update()
                try:
                    yield task, ray.get(done)
                except Exception as cause:  # a worker that was killed, a machine that is gone
                    yield task, one_line(cause)
    finally:
        ray.shutdown()


def _outcome(task: Task, progress: bool = False) -> SequenceResult | str:
    """Evaluate; one recording's failure must not stop the others."""
    try:
        return evaluate(task, progress=progress)
    except (AccelError, OSError) as cause:
        return one_line(cause)


def _import_ray() -> Any:
    try:
        import ray
    except ImportError as cause:
        raise AccelError(
            f'a cluster needs the package ray: {one_line(cause)}; '
            "pip install ray (or this package's extra [ray])"
        ) from cause
    return ray
