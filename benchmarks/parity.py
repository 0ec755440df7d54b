# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Compare networks and training with recordings of the original, and print one table.

    python benchmarks/parity.py FOLDER
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks import inference_parity, training_parity
from benchmarks.training_parity import GRADIENT, LOSS


class Row(NamedTuple):
    """One recorded quantity."""

    recording: str
    kind: str
    quantity: str
    difference: float
    tolerance: float
    unequal: int | None  # pixels with another label


def rows(folder: Path) -> Iterator[Row]:
    """Compare everything that a folder holds."""
    for found in inference_parity.compare_folder(folder):
        kind = 'weights' if found.layer.endswith('arrays') else 'outputs'
        tolerance = inference_parity.TOLERANCE
        yield Row(found.recording, kind, found.layer, found.difference, tolerance, found.unequal)
    kinds = {LOSS: 'loss', GRADIENT: 'gradients'}
    for step in training_parity.compare_folder(folder):
        kind = kinds.get(step.tolerance, 'weights after updates')
        if step.quantity.startswith('aux'):
            kind = 'moving statistics'
        yield Row(step.recording, kind, step.quantity, step.difference, step.tolerance, None)


def main() -> None:
    """Print per recording and kind the worst quantity, and the unequal pixels."""
    parser = argparse.ArgumentParser(description=__doc__.strip().split('\n')[0])
    parser.add_argument('golden', type=Path, help='folder of recordings')
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows(parser.parse_args().golden):
        groups.setdefault((row.recording, row.kind), []).append(row)
    print('| recording | what | count | worst difference | at | tolerance | unequal pixels |')
    print('| --- | --- | --- | --- | --- | --- | --- |')
    for (recording, kind), mine in groups.items():
        worst = max(mine, key=lambda row: row.difference)
        counts = [row.unequal for row in mine if row.unequal is not None]
        print(
            f'| {recording} | {kind} | {len(mine)} | {worst.difference:.1e} | {worst.quantity} | '
            f'{worst.tolerance:.0e} | {sum(counts) if counts else ""} |'
        )


if __name__ == '__main__':
    main()
