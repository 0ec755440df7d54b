# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The evaluation's arguments: lists of intervals, a part of the labels, files to write."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from matplotlib.backend_bases import FigureCanvasBase

from accel_model.evaluate.result import EvaluationError

Entry = TypeVar('Entry')


@dataclass(frozen=True)
class Part:
    """The labelled frames `first` to `last` - 1 of all; None: to the end."""

    first: int = 0
    last: int | None = None

    def of(self, entries: list[Entry]) -> list[Entry]:
        """Return the part of a list. Raises EvaluationError where the list is shorter."""
        last = len(entries) if self.last is None else self.last
        if self.first >= len(entries) or last > len(entries):
            raise EvaluationError(
                f'the labelled frames {self} are asked for and there are {len(entries)}: '
                f'choose a part of 0:{len(entries)}'
            )
        return entries[self.first : last]

    def __str__(self) -> str:
        return f'{self.first}:{"" if self.last is None else self.last}'


def part(text: str) -> Part:
    """Read 'A:B', 'A:' or ':B'."""
    match = re.fullmatch(r'(\d{0,9}):(\d{0,9})', text.strip())
    if not match:
        raise argparse.ArgumentTypeError(f'{text!r} is no part like 0:25 or 25:')
    found = Part(int(match[1] or 0), int(match[2]) if match[2] else None)
    if found.last is not None and found.first >= found.last:
        raise argparse.ArgumentTypeError(f'{text!r} is empty: write FIRST:END, as in 0:25')
    return found


def output_file(text: str) -> Path:
    """Read the path of a file to write, before hours of work end in its being impossible."""
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        why = 'is a folder' if path.is_dir() else f'is in {path.parent}, which is no folder'
        raise argparse.ArgumentTypeError(f'{text} {why}: give a file in an existing folder')
    return path


def plot_file(text: str) -> Path:
    """Read the path of a plot, whose ending has to be one that matplotlib writes."""
    path = output_file(text)
    known = FigureCanvasBase.get_supported_filetypes()
    if path.suffix.lstrip('.').lower() not in known:
        raise argparse.ArgumentTypeError(f'{text} should end in one of {", ".join(sorted(known))}')
    return path
