# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The demo's other processes: the camera and the node."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from session import REPOSITORY

from accel_ros.errors import AccelError

GRACE_S = 8.0


class Child:
    """A process in a session of its own, so that a Ctrl-C reaches it only through `stop`."""

    def __init__(self, name: str, command: Sequence[str], log: Path) -> None:
        """Start it; what it writes goes to the file `log`."""
        self.name = name
        self._log = log
        with log.open('wb') as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def log(self) -> str:
        """All that it has written so far."""
        return self._log.read_text(errors='replace')

    @property
    def running(self) -> bool:
        """Whether it is still there."""
        return self._process.poll() is None

    def check(self) -> None:
        """Raise AccelError where it has ended with an error."""
        if self._process.poll():
            raise self.failure(f'ended with status {self._process.returncode}')

    def failure(self, what: str) -> AccelError:
        """Return an error about it that quotes the end of its log."""
        end = ' | '.join(self.log.strip().splitlines()[-3:])
        return AccelError(f'the {self.name} {what}: {end or "it wrote nothing"} (see {self._log})')

    def stop(self) -> None:
        """Ask it to end, as Ctrl-C does; what is then left of it is killed."""
        try:
            if self.running:
                self._process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_S)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def start_node(log: Path, bundle: Path | None) -> Child:
    """Start the node with its launch file, or by itself where ROS's launch is not installed."""
    if shutil.which('ros2') and importlib.util.find_spec('launch_ros'):
        command = ['ros2', 'launch', 'accel_ros', 'segment.launch.py']
        command += [f'bundle:={bundle.resolve()}'] if bundle else []
    else:
        config = str(REPOSITORY / 'config' / 'segment.yaml')
        command = ['segment_node', '--ros-args', '--params-file', config, '-p', 'autostart:=true']
        command += ['-p', f'bundle:={bundle.resolve()}'] if bundle else []
    return Child('node', command, log)


def start_camera(log: Path, clip: Path, rate: float, frames: int, sent: Path) -> Child:
    """Start the camera; it ends by itself after the last frame."""
    script = str(Path(__file__).with_name('camera.py'))
    command = [sys.executable, script, str(clip), str(rate), str(frames), str(sent)]
    return Child('camera', command, log)
