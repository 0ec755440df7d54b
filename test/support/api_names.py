# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Every name of TensorRT and CUDA that our sources use, read from the sources themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from support.shared import REPOSITORY

BACKEND = REPOSITORY / 'accel_ros' / 'engines' / 'tensorrt'
# What the variables of a file hold, where that is TensorRT's. A new variable belongs here.
HOLDS = {
    'build.py': {
        'builder': 'Builder', 'network': 'INetworkDefinition', 'parser': 'OnnxParser',
        'config': 'IBuilderConfig', 'timing': 'ITimingCache', 'error': 'ParserError',
    },
    'plan.py': {'runtime': 'Runtime', 'plan': 'ICudaEngine', 'context': 'IExecutionContext'},
}  # fmt: skip
OWN = {'__name__', '__version__'}


@dataclass(frozen=True)
class Use:
    """A name that is used, such as `Builder.create_network`, and how it is called if it is."""

    name: str
    where: str
    arguments: int | None = None  # positional; None: it is not called
    keywords: frozenset[str] = frozenset()


def uses(module: str) -> list[Use]:
    """Return every use of a module: `trt`, or `cudart`."""
    found = []
    for path in sorted(BACKEND.glob('*.py')):
        tree = ast.parse(path.read_text())
        holds = HOLDS.get(path.name, {}) if module == 'trt' else {}
        found += _uses(tree, path, module, holds)
    return found


def _uses(tree: ast.AST, path: Path, module: str, holds: dict[str, str]) -> Iterator[Use]:
    calls = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        chain = _chain(node)
        if chain is None or chain[-1] in OWN:
            continue
        root, *names = chain
        if root == module and names:
            name = '.'.join(names)
        elif root in holds and names:
            name = f'{holds[root]}.{names[0]}'
        else:
            continue
        where = f'{path.name}:{node.lineno}'
        call = calls.get(id(node))
        if call is None:
            yield Use(name, where)
        else:
            keywords = frozenset(keyword.arg for keyword in call.keywords if keyword.arg)
            arguments = len(call.args) - name.endswith('.__init__')  # called with self
            yield Use(name, where, arguments, keywords)


def _chain(node: ast.AST) -> list[str] | None:
    """Return the names of `a.b.c`, where a leading `self._a` counts as `a`."""
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or not names:
        return None
    names.append(node.id)
    names.reverse()
    if names[0] == 'self' and len(names) > 2:
        names = [names[1].removeprefix('_'), *names[2:]]
    return names
