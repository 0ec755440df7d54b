# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The TensorRT that is installed, and the one logger that it takes."""

from __future__ import annotations

import importlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from accel_ros.errors import EngineError, one_line

# The flavours, the better one first: their Python modules have nearly the same names in them.
NAMES = {'tensorrt': 'TensorRT', 'tensorrt_rtx': 'TensorRT for RTX'}
OLDEST = {'tensorrt': (10, 3), 'tensorrt_rtx': (1, 0)}
MOST_LINES = 64


def load(flavour: str) -> Any:
    """Import a flavour of TensorRT. Raises EngineError where it is missing, broken or too old."""
    try:
        trt = importlib.import_module(flavour)
    except Exception as cause:  # its libraries may be missing, which is no ImportError
        raise EngineError(
            f'{NAMES[flavour]} cannot be used: {one_line(cause)}; accel-ros doctor says how to '
            'install it'
        ) from cause
    version = getattr(trt, '__version__', '0')
    found = tuple(int(part) for part in version.split('.')[:2] if part.isdecimal())
    if found < OLDEST[flavour]:
        due = '.'.join(map(str, OLDEST[flavour]))
        raise EngineError(
            f'{NAMES[flavour]} {version} cannot be used: it is older than {due}; update it'
        )
    return trt


def flavour_of(trt: Any) -> str:
    """Return the name of a module that `load` has returned."""
    return str(trt.__name__)


def title(trt: Any) -> str:
    """Return name and version, such as `TensorRT 10.3.0`."""
    return f'{NAMES.get(flavour_of(trt), flavour_of(trt))} {trt.__version__}'


@cache
def logger(trt: Any) -> Any:
    """Return the process's only logger: TensorRT keeps the first one that it is given."""

    class Log(trt.ILogger):
        """Keeps the latest complaints, because most of TensorRT's failures are a bare None."""

        def __init__(self) -> None:
            trt.ILogger.__init__(self)
            self.lines: deque[tuple[int, str]] = deque(maxlen=MOST_LINES)
            self.count = 0

        def log(self, severity: Any, message: str) -> None:
            """Take a line from TensorRT, in whatever thread it works."""
            grave = (trt.ILogger.Severity.ERROR, trt.ILogger.Severity.INTERNAL_ERROR)
            if severity in grave:
                self.count += 1
                self.lines.append((self.count, ' '.join(message.split())))

    return Log()


@contextmanager
def complaints(trt: Any) -> Iterator[list[str]]:
    """Collect what TensorRT complains of; the list is filled when the block ends."""
    log = logger(trt)
    before, said = log.count, []  # type: ignore[var-annotated]
    try:
        yield said
    finally:
        said += [line for number, line in list(log.lines) if number > before]


def make(kind: Any, *arguments: Any) -> Any:
    """Return a new object of TensorRT; raise EngineError where it gives none."""
    try:
        return kind(*arguments)
    except (TypeError, RuntimeError) as cause:  # how pybind11 reports a null
        raise failure(f'make a {kind.__name__}', [one_line(cause)]) from cause


def check(result: Any, what: str, said: list[str] | None = None) -> Any:
    """Return a result of TensorRT; raise EngineError where it is None or False."""
    if result is None or result is False:
        raise failure(what, said or [])
    return result


def failure(what: str, said: list[str]) -> EngineError:
    """Return the error for something that TensorRT did not do, with its own words."""
    why = f': {shorten(said)}' if said else ', and it gives no reason'
    return EngineError(f'TensorRT could not {what}{why}')


def shorten(lines: list[str], most: int = 300) -> str:
    """Return the last line, which names the cause, and how many others there are."""
    text = lines[-1] if len(lines[-1]) <= most else lines[-1][:most] + '...'
    return text + (f' (after {len(lines) - 1} more)' if len(lines) > 1 else '')
