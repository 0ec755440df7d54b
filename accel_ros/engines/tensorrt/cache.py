# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Engines on disk. What is read is what was written for the same key, or nothing."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accel_ros.engines.tensorrt.key import Key
from accel_ros.errors import EngineError, one_line

FOLDER = 'ACCEL_ENGINE_CACHE'
LOCK_CHECK_S = 0.2
STALE_S = 3600.0  # nobody writes one file for so long
MAX_SIDECAR_BYTES = 1 << 16


def default_folder() -> Path:
    """Return $ACCEL_ENGINE_CACHE, else accel_ros/engines below the user's cache folder."""
    if folder := os.environ.get(FOLDER):
        return Path(folder).expanduser()
    base = os.environ.get('XDG_CACHE_HOME') or '~/.cache'
    try:
        return Path(base).expanduser() / 'accel_ros' / 'engines'
    except RuntimeError as cause:  # a service without a home
        raise EngineError(
            f'there is no folder to keep engines in: {one_line(cause)}; set {FOLDER} to one'
        ) from cause


@dataclass(frozen=True)
class Found:
    """What the cache has for a key: an engine, or none and why not."""

    engine: bytes | None
    why: str = ''  # empty where it was never there


class EngineCache:
    """A folder of engines, each with a sidecar `.json` that says what it is.

    A file appears under its name only when it is complete, and counts only if its sidecar has the
    whole key and its hash. Several processes may use one folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Use a folder; it is made when something is written."""
        self.folder = folder or default_folder()

    def load(self, key: Key) -> Found:
        """Return the engine of a key. Whatever is wrong with the files is a reason, no error."""
        engine, sidecar = self._paths(key)
        try:
            if not engine.exists() and not sidecar.exists():
                return Found(None)
            facts = _read_facts(sidecar)
            if facts.get('key') != key.facts():
                return Found(None, f'{engine.name} belongs to something else')
            content = engine.read_bytes()
        except (OSError, ValueError, RecursionError) as cause:
            return Found(None, f'{engine.name} cannot be read: {one_line(cause)}')
        if hashlib.sha256(content).hexdigest() != facts.get('sha256'):
            return Found(None, f'{engine.name} is damaged: its hash is not the one written')
        return Found(content)

    def path(self, key: Key) -> Path:
        """Return where the engine of a key is, or would be."""
        return self._paths(key)[0]

    def store(self, key: Key, engine: bytes) -> None:
        """Write an engine and its sidecar. Raises EngineError."""
        path, sidecar = self._paths(key)
        facts = {
            'key': key.facts(),
            'sha256': hashlib.sha256(engine).hexdigest(),
            'bytes': len(engine),
            'built': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()),
        }
        with self._explained():
            # Between the two the old sidecar does not fit the new engine: a miss, never a mix-up.
            self._replace(path, engine)
            self._replace(sidecar, (json.dumps(facts, indent=2) + '\n').encode())

    def discard(self, key: Key) -> None:
        """Remove the engine of a key, where that can be done."""
        for path in self._paths(key):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def require_writable(self) -> None:
        """Raise EngineError where nothing can be written; asked before a build, which is long.

        What a process left half written, that was killed meanwhile, is removed.
        """
        for partial in self.folder.glob('*.partial'):
            with contextlib.suppress(OSError):
                if time.time() - partial.stat().st_mtime > STALE_S:
                    partial.unlink()
        with self._explained():
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, suffix='.partial') as file:
                file.write(b'\0' * 4096)

    def timings(self, key: Key) -> bytes:
        """Return what earlier builds for the same target have measured; empty where nothing."""
        with contextlib.suppress(OSError):
            return self._timings(key).read_bytes()
        return b''

    def store_timings(self, key: Key, timings: bytes) -> None:
        """Keep what a build has measured. Raises EngineError."""
        if timings:
            with self._explained():
                self._replace(self._timings(key), timings)

    @contextlib.contextmanager
    def lock(self, key: Key, waiting: Callable[[], None]) -> Iterator[None]:
        """Hold a key against other processes, and calls `waiting` while one of them has it.

        The lock ends with the process that has it, however that ends. `waiting` may raise.
        """
        with self._explained():
            self.folder.mkdir(parents=True, exist_ok=True)
            file = (self.folder / f'{key.stem}.lock').open('ab')
        with file:
            while not self._try_lock(file.fileno()):
                waiting()
                time.sleep(LOCK_CHECK_S)
            yield

    def _try_lock(self, descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as cause:  # a network's file system may have no locks
            raise self._error(cause) from cause
        return True

    def _paths(self, key: Key) -> tuple[Path, Path]:
        return self.folder / f'{key.stem}.engine', self.folder / f'{key.stem}.json'

    def _timings(self, key: Key) -> Path:
        return self.folder / f'{key.target_stem}.timings'

    def _replace(self, path: Path, content: bytes) -> None:
        """Write a file beside its place and move it there once it is all on the disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor, partial = tempfile.mkstemp(dir=self.folder, suffix='.partial')
        try:
            with os.fdopen(descriptor, 'wb') as file:
                os.fchmod(descriptor, 0o644)  # who builds may be another than who runs
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(partial)
            raise

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn an operating system's error into the one line that says what to do."""
        try:
            yield
        except OSError as cause:
            raise self._error(cause) from cause

    def _error(self, cause: OSError) -> EngineError:
        return EngineError(
            f'the engine cache {self.folder} cannot be written: {cause.strerror or cause}; '
            f'free some space there, or set {FOLDER} to a folder that can be written'
        )


def _read_facts(sidecar: Path) -> dict[str, Any]:
    """Return a sidecar's content. Raises OSError, ValueError, RecursionError."""
    with sidecar.open('rb') as file:
        facts = json.loads(file.read(MAX_SIDECAR_BYTES))
    if not isinstance(facts, dict):
        raise ValueError('its sidecar is no description of an engine')
    return facts
