# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What the command lines have in common: complaints of one line, exit status, numbers."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from typing import NoReturn

from accel_ros.errors import AccelError


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is, and end with status 2."""
        self.exit(2, f'{self.prog}: {" ".join(message.split())}; see {self.prog} --help\n')


def intervals(text: str) -> list[int]:
    """Read '1,2,5,10', '1-10' or a mixture; ascending, each once."""
    values: set[int] = set()
    for part in text.split(','):
        match = re.fullmatch(r'\s*(\d{1,4})(?:\s*-\s*(\d{1,4}))?\s*', part)
        if not match:
            raise argparse.ArgumentTypeError(f'{text!r} is no list like 1,2,5,10 or 1-10')
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last:
            raise argparse.ArgumentTypeError(f'{text!r}: intervals rise, and are at least 1')
        values.update(range(first, last + 1))
    return sorted(values)


def positive(text: str) -> float:
    """Read a number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f'{text!r} is no number above 0')
    return value


def exit_status(program: str, work: Callable[[], None]) -> int:
    """Do the work; an error meant for the user, of a file, or Ctrl-C becomes a line and status."""
    try:
        work()
    except AccelError as error:
        print(f'{program}: {error}', file=sys.stderr)
        return 1
    except OSError as error:
        where = f' {error.filename}' if error.filename else ''
        print(
            f'{program}: cannot read or write{where}: {error.strerror or error}; check the path, '
            'its permissions and the free space',
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print(f'{program}: interrupted', file=sys.stderr)
        return 130
    return 0
