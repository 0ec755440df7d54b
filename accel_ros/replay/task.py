# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""One recording to evaluate, with all bundles: what a process of its own can be given to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from accel_ros.bundle import Bundle
from accel_ros.classes import ClassTable
from accel_ros.engines import open_engine
from accel_ros.errors import AccelError, SourceError
from accel_ros.replay.bundle_pass import LIVE, BundlePass, labellers, result_folder, warm_up
from accel_ros.replay.footage import Footage, Problems
from accel_ros.replay.live import LiveRecording
from accel_ros.replay.results import RunResult, SequenceResult, read_runs
from accel_ros.replay.store import Store, fingerprint


@dataclass(frozen=True)
class Task:
    """A recording, and what to do with it.

    :ivar name: what to call it in reports
    :ivar source: where it is
    :ivar open: opens the footage; what cannot be read of it goes to the problems
    :ivar bundles: by the names that reports call them
    :ivar threads: CPU threads of an engine; None: all
    :ivar report: the folder of the results
    :ivar live: what `accel-ros record` wrote while a node labelled this recording
    """

    name: str
    source: str
    open: Callable[[Problems], Footage]
    bundles: dict[str, Path]
    intervals: tuple[int, ...]
    backend: str
    threads: int | None
    report: Path
    live: Path | None = None


def evaluate(task: Task, progress: bool = False) -> SequenceResult:
    """Evaluate a recording; what an earlier, stopped evaluation has done is not done again.

    With `progress`, a terminal shows how far it is and how long it will still take. Raises
    AccelError, OSError.
    """
    problems = Problems()
    footage = _open(task, problems)
    runs: list[RunResult] = []
    engines: list[str] = []
    names: tuple[str, ...] = ()
    for title, path in task.bundles.items():
        bundle = Bundle.open(path)
        _check_classes(bundle, footage.classes)
        names = bundle.classes.names
        found, engine = _evaluate_bundle(task, title, bundle, footage, progress)
        runs += found
        engines.append(engine)
    if not any(run.tally.frames for run in runs):
        why = problems.lines[0] if problems.lines else 'it is empty'
        raise SourceError(f'{task.source} has no image that can be used: {why}')
    if any(run.mode == LIVE and not run.tally.frames for run in runs):
        raise SourceError(
            f'{task.live} has labels for no image of {task.source}: give the bag that was played, '
            'or record the live run again'
        )
    return SequenceResult(
        name=task.name,
        source=task.source,
        labels=footage.labels,
        class_names=names,
        engines=tuple(dict.fromkeys(engines)),
        problems=tuple(problems.all()),
        runs=tuple(runs),
    )


def name_bundles(paths: Sequence[Path]) -> dict[str, Path]:
    """Call every bundle by its name, or by its folder where two have one name.

    Raises AccelError where their names or classes do not go together.
    """
    bundles = [Bundle.open(path) for path in paths]
    for bundle in bundles[1:]:
        _check_classes(bundle, bundles[0].classes)
    titles = [bundle.manifest.name for bundle in bundles]
    several = {title for title, count in Counter(titles).items() if count > 1}
    titles = [p.resolve().name if t in several else t for p, t in zip(paths, titles)]
    if len(set(titles)) < len(titles):
        raise AccelError(
            f'two bundles are called {Counter(titles).most_common(1)[0][0]}: rename the folder of '
            'one of them'
        )
    return dict(zip(titles, paths))


def _open(task: Task, problems: Problems) -> Footage:
    """Open the footage; where that fails because of damage, the error says so."""
    try:
        return task.open(problems)
    except SourceError as cause:
        damage = f' ({problems.lines[0]})' if problems.lines else ''
        raise SourceError(f'{cause}{damage}') from cause


def _evaluate_bundle(
    task: Task, title: str, bundle: Bundle, footage: Footage, progress: bool
) -> tuple[list[RunResult], str]:
    engine = open_engine(bundle, task.backend, task.threads)
    live = LiveRecording(task.live) if task.live else None
    try:
        key = fingerprint(
            bundle=dict(bundle.manifest.files),
            engine=engine.description,
            intervals=task.intervals,
            footage=footage.identity(),
            live=live.identity() if live else None,
        )
        folder = result_folder(task.report, task.name, title)
        store = Store(folder, key)
        if not store.complete:
            warm_up(bundle, engine, footage)
            ways = labellers(bundle, engine, footage, task.intervals, live)
            work = BundlePass(bundle, ways, footage, store)
            with tqdm(
                total=footage.count,
                unit='image',
                desc=f'{task.name}: {title}',
                disable=None if progress else True,
            ) as bar:
                work.work(bar.update)
        for line in store.state['problems']:
            footage.problems.note(line)
        return read_runs(title, bundle, folder, store.state), engine.description
    finally:
        engine.close()


def _check_classes(bundle: Bundle, theirs: ClassTable | None) -> None:
    if theirs is not None and theirs.names != bundle.classes.names:
        raise AccelError(
            f'{bundle.path} has the classes of {bundle.classes.name} and the labels those of '
            f'{theirs.name}: give a bundle and labels with the same classes'
        )
