# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""One pass of a bundle over a footage: every interval side by side, frame by frame.

So a recording is read and decoded once, whatever the number of intervals, nothing of it is kept,
and the frame-by-frame labels are at hand to compare the others with.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from accel_ros import images
from accel_ros.bundle import Bundle
from accel_ros.consistency import Match, match_frames
from accel_ros.engines import Engine
from accel_ros.errors import ImageError
from accel_ros.pipeline import Pipeline
from accel_ros.replay.footage import Footage, Shot
from accel_ros.replay.live import LiveLabeller, LiveRecording, SameImagesLabeller
from accel_ros.replay.records import RecordFile
from accel_ros.replay.run import Answer, Labeller, PipelineLabeller, Run
from accel_ros.replay.store import Store
from accel_ros.replay.tally import Tally
from accel_ros.replay.worst import WorstFrames

# How a run came to its labels: from all images in their order; by a running node; and from the
# node's images once more, by the pipeline alone. A run is called by its mode, unless that is the
# first one, and its interval: 5, live-5, same-5.
OFFLINE, LIVE, SAME = 'offline', 'live', 'same'
REFERENCE = '1'  # the run that is frame by frame
SAVE_EVERY_S = 5.0


def records_file(run: str) -> str:
    """Return the name of the file with a run's records."""
    return f'frames-{run}.csv'


def labellers(
    bundle: Bundle,
    engine: Engine,
    footage: Footage,
    intervals: Iterable[int],
    live: LiveRecording | None = None,
) -> dict[str, Labeller]:
    """Return the runs of a bundle by name: frame by frame, and the intervals if it has updates."""
    wanted = {1, *(intervals if bundle.has_update else ())}
    if live is not None and bundle.has_update:
        wanted.add(live.interval)
    found: dict[str, Labeller] = {
        str(n): PipelineLabeller(bundle, engine, n, footage.keyframes(n)) for n in sorted(wanted)
    }
    if live is not None:
        found[f'{LIVE}-{live.interval}'] = LiveLabeller(live)
        found[f'{SAME}-{live.interval}'] = SameImagesLabeller(bundle, engine, live)
    return found


class BundlePass:
    """Runs over a footage whose results are kept in a store as they come."""

    def __init__(
        self, bundle: Bundle, ways: Mapping[str, Labeller], footage: Footage, store: Store
    ) -> None:
        """Take up where the store's results end. Raises OSError."""
        self._footage, self._store = footage, store
        self._size = (bundle.manifest.height, bundle.manifest.width)
        self._previous: np.ndarray | None = None  # the image before, rgb, at the network's size
        self._files = ExitStack()
        state = store.state
        self._next: int = state.get('next', 0)
        for line in state.get('problems', ()):
            footage.problems.note(line)
        self._runs: dict[str, Run] = {}
        self._records: dict[str, RecordFile] = {}
        for name, labeller in ways.items():
            kept = state.get('runs', {}).get(name, {})
            run = Run(
                labeller,
                Tally.of(bundle.classes),
                WorstFrames(store.folder / f'worst-{name}', bundle.classes),
                bundle.classes.ignore,
                self._size,
            )
            if kept:
                run.tally.load(kept['tally'])
                run.worst.entries = kept['worst']
            records = RecordFile(store.folder / records_file(name), kept.get('bytes', 0))
            self._files.callback(records.close)
            self._files.callback(run.close)
            self._runs[name], self._records[name] = run, records

    def work(self, advance: Callable[[int], object]) -> None:
        """Go on to the end; `advance` hears how many images are done. Raises AccelError."""
        with self._files:
            # A run goes on from its last keyframe: all that its state depends on comes after it.
            starts = {name: max(r.tally.last_keyframe, 0) for name, r in self._runs.items()}
            saved, shown = time.monotonic(), min(starts.values())
            for shot in self._footage.shots(min(starts.values())):
                running = {n: run for n, run in self._runs.items() if shot.number >= starts[n]}
                self._process(shot, running)
                advance(shot.number + 1 - shown)
                shown = shot.number + 1
                if time.monotonic() - saved > SAVE_EVERY_S:
                    self._save(complete=False)
                    saved = time.monotonic()
            self._note_what_is_missing()
            self._save(complete=True)

    def _process(self, shot: Shot, runs: dict[str, Run]) -> None:
        problems = self._footage.problems
        answers = {name: run.label(shot, problems) for name, run in runs.items()}
        if not any(answers.values()):
            self._previous = None
            self._next = max(self._next, shot.number + 1)
            return
        match = self._match(shot)
        if shot.number < self._next:
            for name, run in runs.items():
                if (answer := answers[name]) is not None:
                    run.remember(answer)
            return
        for name, run in runs.items():
            if (answer := answers[name]) is None:
                continue
            expected = _labels_to_compare(name, answers)
            self._records[name].add(run.count(shot, answer, expected, match, problems))
        self._next = shot.number + 1

    def _match(self, shot: Shot) -> Match | None:
        """Find the image's pixels in the one before, at the network's size."""
        frame = shot.frame
        image = images.to_network_input(frame.image, frame.encoding, self._size, 'rgb')
        before, self._previous = self._previous, np.array(image)
        return None if before is None or shot.cut else match_frames(image, before)

    def _note_what_is_missing(self) -> None:
        labelled = any(run.tally.truth.frames for run in self._runs.values())
        if self._footage.labels and not labelled:
            self._footage.problems.note(
                f'no label of {self._footage.labels} has the stamp of an image'
            )

    def _save(self, complete: bool) -> None:
        runs: dict[str, Any] = {
            name: {
                'tally': run.tally.dump(),
                'worst': run.worst.entries,
                'bytes': self._records[name].flush(),
            }
            for name, run in self._runs.items()
        }
        problems = self._footage.problems.all()
        content = {'complete': complete, 'next': self._next, 'problems': problems, 'runs': runs}
        self._store.save(content)


def warm_up(bundle: Bundle, engine: Engine, footage: Footage) -> None:
    """Process an image as key and as update beforehand: the first time is always slow."""
    pipeline = Pipeline(bundle, engine, interval=1000)
    for shot in footage.shots(0):
        try:
            for _ in range(2):
                pipeline.process(shot.frame)
        except ImageError:
            continue
        break
    pipeline.close()


def _labels_to_compare(name: str, answers: Mapping[str, Answer | None]) -> np.ndarray | None:
    """Return what a run's labels should be like: the frame-by-frame ones, or the node's own."""
    mode, _, interval = name.rpartition('-')
    other = f'{LIVE}-{interval}' if mode == SAME else REFERENCE
    answer, expected = answers[name], answers.get(other)
    if name == REFERENCE or answer is None or expected is None:
        return None
    labels = expected.result.labels
    return labels if labels.shape == answer.result.labels.shape else None


def result_folder(report: Path, footage: str, bundle: str) -> Path:
    """Return where the results of a bundle on a footage are kept in a report's folder."""
    return report / 'results' / _plain(footage) / _plain(bundle)


def _plain(name: str) -> str:
    """Return a name as that of a folder; where it has to differ, no two names become one."""
    plain = ''.join(c if c.isalnum() or c in '._-' else '_' for c in name)
    if plain == name and name.strip('.'):
        return name
    return f'{plain}-{hashlib.sha256(name.encode()).hexdigest()[:6]}'
