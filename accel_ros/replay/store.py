# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Where the results of a pass are kept while they come, so that a stopped one can go on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from accel_ros import __version__

STATE = 'state.json'
FORMAT = 1


def fingerprint(**facts: Any) -> str:
    """Return a hash of all that results depend on: other facts, another fingerprint."""
    content = {'format': FORMAT, 'version': __version__, **facts}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


class Store:
    """A folder of results; those of another bundle, recording or setting are thrown away."""

    def __init__(self, folder: Path, key: str) -> None:
        """Open or begin the results with this fingerprint. Raises OSError."""
        self.folder, self._key = folder, key
        state = _read(folder / STATE)
        if state.get('fingerprint') != key:
            shutil.rmtree(folder, ignore_errors=True)
            state = {}
        folder.mkdir(parents=True, exist_ok=True)
        self.state: dict[str, Any] = state

    @property
    def complete(self) -> bool:
        """Whether all of it has been done."""
        return bool(self.state.get('complete'))

    def save(self, state: dict[str, Any]) -> None:
        """Replace the state, whole or not at all. Raises OSError."""
        self.state = {'fingerprint': self._key, **state}
        write_json(self.folder / STATE, self.state)


def write_json(path: Path, content: Any) -> None:
    """Write JSON in place of a file at once, so that no reader meets half of it."""
    partial = path.with_name(f'{path.name}.{os.getpid()}.partial')
    try:
        partial.write_text(json.dumps(content, indent=1, allow_nan=False) + '\n', encoding='utf-8')
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
