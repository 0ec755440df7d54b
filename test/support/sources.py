# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The project's own Python files, and what they import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from support.shared import REPOSITORY

FOLDERS = ('accel_ros', 'accel_model', 'benchmarks', 'launch', 'scripts', 'test')


def python_files(*folders: str) -> list[Path]:
    """All Python files below some folders (all of ours, if none is named), scripts included."""
    found = [REPOSITORY / 'setup.py'] if not folders else []
    for folder in folders or FOLDERS:
        found += [p for p in (REPOSITORY / folder).rglob('*') if p.is_file() and _is_python(p)]
    return sorted(found)


def _is_python(path: Path) -> bool:
    if path.suffix:
        return path.suffix == '.py'
    with path.open('rb') as file:
        first = file.readline()
    return first.startswith(b'#!') and b'python' in first


def relative(path: Path) -> str:
    """The name of a file as seen from the repository."""
    return path.relative_to(REPOSITORY).as_posix()


def imports(path: Path) -> Iterator[str]:
    """The full names of all that a file imports, anywhere in it: `from a import b` gives a.b."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = path.relative_to(REPOSITORY).parts[: -node.level] if node.level else ()
            module = '.'.join([*above, *([node.module] if node.module else [])])
            yield from (f'{module}.{name.name}' for name in node.names)
