# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What a training shows: a bar on the terminal, and curves for TensorBoard."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

Item = TypeVar('Item')


class Progress:
    """
    Loss, learning rate, images a second, time left, and the share of time spent on waiting.

    Use as a context manager.

    :param folder: where TensorBoard's file goes
    :param total: steps of the whole training
    :param step: steps done before
    :param images: images of a step
    :param shown: false for all processes but one
    """

    def __init__(self, folder: Path, total: int, step: int, images: int, shown: bool) -> None:
        self.step, self.images = step, images
        self._board = SummaryWriter(str(folder)) if shown else None
        self._bar = tqdm(
            total=total * images, initial=step * images, unit='image', disable=not shown
        )
        self._begin = time.perf_counter()
        self._waited = 0.0

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close bar and file."""
        self._bar.close()
        if self._board is not None:
            self._board.close()

    def watch(self, batches: Iterable[Item]) -> Iterator[Item]:
        """Pass batches on, and note how long they had to be waited for."""
        source = iter(batches)
        while True:
            asked = time.perf_counter()
            try:
                batch = next(source)
            except StopIteration:
                return
            self._waited += time.perf_counter() - asked
            yield batch

    def report(self, loss: float, rate: float) -> None:
        """Show a step that was done with this learning rate."""
        self.step += 1
        waiting = self._waited / (time.perf_counter() - self._begin)
        self._bar.set_postfix(
            loss=f'{loss:.3f}', lr=f'{rate:.1e}', waiting=f'{waiting:.0%}', refresh=False
        )
        self._bar.update(self.images)
        if self._board is not None:
            self._board.add_scalar('loss', loss, self.step)
            self._board.add_scalar('learning_rate', rate, self.step)
            self._board.add_scalar('waiting', waiting, self.step)
