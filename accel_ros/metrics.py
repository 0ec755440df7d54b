# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""How good labels are: the confusion matrix and what is read from it."""

from __future__ import annotations

import numpy as np


class Confusion:
    """Counts pixels by true and predicted class, over as many images as are added."""

    def __init__(self, num_classes: int, ignore: int) -> None:
        """`ignore` is the label value of true pixels that are not evaluated."""
        self._ignore = ignore
        self.matrix = np.zeros((num_classes, num_classes), np.int64)  # [true, predicted]

    def add(self, truth: np.ndarray, prediction: np.ndarray) -> None:
        """Add an image's labels, both integers of the same shape.

        Raises ValueError for shapes that differ and for labels that are no class.
        """
        if truth.shape != prediction.shape:
            raise ValueError(
                f'true labels of {truth.shape} cannot be compared with labels of '
                f'{prediction.shape}; resize the labels (nearest) first'
            )
        counted = truth != self._ignore
        true, predicted = truth[counted].astype(np.int64), prediction[counted].astype(np.int64)
        count = len(self.matrix)
        for labels in (true, predicted):
            if labels.size and not 0 <= labels.min() <= labels.max() < count:
                raise ValueError(
                    f'labels from {labels.min()} to {labels.max()} do not fit {count} classes '
                    f'with {self._ignore} ignored; is this the right class table?'
                )
        pairs = np.bincount(true * count + predicted, minlength=count * count)
        self.matrix += pairs.reshape(count, count)

    def merge(self, other: Confusion) -> None:
        """Add what another matrix of the same classes has counted."""
        self.matrix += other.matrix

    @property
    def iou(self) -> np.ndarray:
        """Return intersection over union by class, float64 [K]; nan for a class never seen."""
        hits = np.diag(self.matrix).astype(np.float64)
        union = self.matrix.sum(axis=0) + self.matrix.sum(axis=1) - hits
        return np.divide(hits, union, out=np.full(len(hits), np.nan), where=union > 0)

    @property
    def mean_iou(self) -> float:
        """Return the mean over the classes that were seen; nan where none was."""
        iou = self.iou[~np.isnan(self.iou)]
        return float(iou.mean()) if iou.size else float('nan')

    @property
    def pixel_accuracy(self) -> float:
        """Return the share of evaluated pixels that are right; nan where there are none."""
        total = self.matrix.sum()
        return float(np.trace(self.matrix) / total) if total else float('nan')
