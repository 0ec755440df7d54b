# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The child's side of `child`: python -m accel_ros.engines.tensorrt.child_main FOLDER PIPE."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from accel_ros.engines.tensorrt import cuda, library
from accel_ros.engines.tensorrt.build import BuildOptions, build_engine
from accel_ros.engines.watch import Progress
from accel_ros.errors import EngineError

PAUSE_S = 0.1  # between two lines of progress; TensorRT makes thousands of steps


class Teller:
    """Writes lines to the parent; ends this process when the parent is gone."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._quiet_until = 0.0
        self._phase = ''

    def say(self, **facts: object) -> None:
        """Write one line."""
        try:
            os.write(self._pipe, json.dumps(facts).encode() + b'\n')
        except OSError:
            os._exit(1)

    def progress(self, progress: Progress) -> None:
        """Write every new phase, and how far it is, but not every step of it."""
        if progress.phase != self._phase or time.monotonic() >= self._quiet_until:
            self._phase = progress.phase
            self._quiet_until = time.monotonic() + PAUSE_S
            self.say(phase=progress.phase, percent=progress.percent)


def free_memory() -> str:
    """Return how much memory the GPU has, in words."""
    try:
        free, total = cuda.memory(cuda.load())
    except EngineError:
        return 'how much is free is unknown'
    return f'{free // cuda.MEBIBYTE} of {total // cuda.MEBIBYTE} MiB are free'


def main(folder: str, pipe: str) -> None:
    """Build what the folder's request asks for; leave the result in the folder."""
    work, teller = Path(folder), Teller(int(pipe))
    request = json.loads((work / 'request.json').read_text())
    try:
        built = build_engine(
            library.load(request['flavour']),
            Path(request['graph']),
            BuildOptions(**request['options']),
            timing_cache=(work / 'timings').read_bytes(),
            report=teller.progress,
            free_memory=free_memory,
        )
        (work / 'engine').write_bytes(built.engine)
        (work / 'timings').write_bytes(built.timing_cache)
    except (EngineError, OSError) as error:
        teller.say(error=type(error).__name__, text=str(error))
    else:
        teller.say(done=True)


if __name__ == '__main__':
    main(*sys.argv[1:])
