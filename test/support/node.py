# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The node in a process of its own."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from support.client import PATIENCE_S, Client

NODE = ('-m', 'accel_ros.node')


class NodeProcess:
    """A running segment node; what it logs is in `log`."""

    def __init__(
        self,
        folder: Path,
        parameters: dict[str, Any],
        *arguments: str,
        program: tuple[str, ...] = NODE,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / 'node.log'
        file = folder / 'parameters.yaml'
        file.write_text(yaml.safe_dump({'/**': {'ros__parameters': parameters}}))
        command = [sys.executable, *program, '--ros-args']
        command += ['--params-file', str(file), *arguments]
        with self._log.open('wb') as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)

    @property
    def log(self) -> str:
        """Everything the process has written so far."""
        return self._log.read_text(errors='replace')

    def lines(self, part: str) -> list[str]:
        """The lines of the log that contain `part`."""
        return [line for line in self.log.splitlines() if part in line]

    def wait(self) -> int:
        """Wait for the process to end by itself; returns its exit status."""
        return self.process.wait(PATIENCE_S)

    def stop(self, how: signal.Signals) -> int:
        """End the process with a signal; returns its exit status."""
        self.process.send_signal(how)
        return self.wait()

    def kill(self) -> None:
        """Make sure that it is gone."""
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def running(
    folder: Path,
    parameters: dict[str, Any],
    *arguments: str,
    program: tuple[str, ...] = NODE,
) -> Iterator[tuple[NodeProcess, Client]]:
    """Start a node and a client for it; leave nothing behind."""
    node = NodeProcess(folder, parameters, *arguments, program=program)
    client = Client()
    try:
        yield node, client
    finally:
        client.close()
        node.kill()
