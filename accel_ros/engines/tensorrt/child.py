# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Build in a child process, which can be ended at any moment.

TensorRT asks whether to go on between its steps only, and one step can take longer than anybody
waits. Ending a process takes no time, gives all memory back, and spares the node when a build is
killed for want of memory.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from accel_ros.engines.tensorrt.build import (
    WORKSPACE,
    BuildCancelled,
    BuildOptions,
    Built,
    OutOfMemory,
)
from accel_ros.engines.watch import Progress, Watch
from accel_ros.errors import EngineError

PROGRAM = 'accel_ros.engines.tensorrt.child_main'
BEAT_S = 0.5  # how often the watch is asked and told
LAST_WORDS = 300


def build_in_child(
    flavour: str, graph: Path, options: BuildOptions, timing_cache: bytes, watch: Watch
) -> Built:
    """Do what `build_engine` does, in a process of its own. Raises what that raises."""
    with tempfile.TemporaryDirectory(prefix='accel_build_') as folder:
        work = Path(folder)
        request = {'flavour': flavour, 'graph': str(graph.absolute()), 'options': asdict(options)}
        (work / 'request.json').write_text(json.dumps(request))
        (work / 'timings').write_bytes(timing_cache)
        with _child(work) as (child, pipe):
            outcome = _follow(pipe, graph, watch)
            if outcome is None:
                raise _died(graph, child.wait(), (work / 'output').read_text(errors='replace'))
        if 'error' in outcome:
            kind = OutOfMemory if outcome['error'] == OutOfMemory.__name__ else EngineError
            raise kind(outcome['text'])
        return Built((work / 'engine').read_bytes(), (work / 'timings').read_bytes())


@contextlib.contextmanager
def _child(work: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start the child; give it and the pipe that it writes to. It is gone when the block ends."""
    reading, writing = os.pipe()
    path = os.pathsep.join(entry for entry in sys.path if entry)
    with open(reading, 'rb', buffering=0), (work / 'output').open('wb') as output:
        try:
            child = subprocess.Popen(
                [sys.executable, '-m', PROGRAM, str(work), str(writing)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(writing,),
                env={**os.environ, 'PYTHONPATH': path},
                start_new_session=True,  # Ctrl-C comes to this process only, which ends the child
            )
        finally:
            os.close(writing)
        try:
            yield child, reading
        finally:
            child.kill()
            child.wait()


def _follow(pipe: int, graph: Path, watch: Watch) -> dict[str, Any] | None:
    """Pass the child's progress on until its last line, which is returned; None: it has died.

    The watch hears something every BEAT_S even where TensorRT is silent. Raises BuildCancelled.
    """
    latest, rest = Progress('Starting', 0.0), b''
    while True:
        if watch.cancelled():
            raise BuildCancelled(f'building {graph.name} was cancelled; nothing was kept')
        watch.report(latest)
        ready, _, _ = select.select([pipe], [], [], BEAT_S)
        if not ready:
            continue
        block = os.read(pipe, 1 << 16)
        if not block:
            return None
        *lines, rest = (rest + block).split(b'\n')
        for line in map(json.loads, lines):
            if 'phase' not in line:
                return dict(line)
            latest = Progress(line['phase'], line['percent'])


def _died(graph: Path, status: int, output: str) -> EngineError:
    """Return the error of a child that ended without a last line."""
    if status == -signal.SIGKILL:
        return OutOfMemory(
            f'building {graph.name} was killed, most likely because the memory of this computer '
            f'ran out; close other programs, or set {WORKSPACE} to less'
        )
    how = f'by signal {-status}' if status < 0 else f'with status {status}'
    words = ' '.join(output.split())[-LAST_WORDS:]
    return EngineError(
        f'the process that builds {graph.name} ended {how}: {words or "it said nothing"}; '
        'accel-ros doctor shows what works here'
    )
