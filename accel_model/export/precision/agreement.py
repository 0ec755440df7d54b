# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""How far a bundle's labels are from those of the bundle in single precision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import fmean

import numpy as np

from accel_model.export.precision.faithful import SCORES, pin, show_scores
from accel_model.export.precision.files import content, read_graph
from accel_model.export.precision.footage import Look
from accel_model.export.running import Graphs, Outputs, Walk
from accel_model.export.verify import ExportError
from accel_ros.bundle import Bundle
from accel_ros.classes import ClassTable
from accel_ros.images import resize_labels
from accel_ros.metrics import Confusion


@dataclass
class Comparison:
    """
    Labels in lower precision against those in single precision, and both against the truth.

    :ivar shares: share of equal labels of every frame, 0..1
    :ivar single: the confusion matrix of the labels in single precision
    :ivar lower: that of the others
    """

    classes: ClassTable
    shares: list[float] = field(default_factory=list)
    single: Confusion = field(init=False)
    lower: Confusion = field(init=False)

    def __post_init__(self) -> None:
        self.single, self.lower = (
            Confusion(len(self.classes), self.classes.ignore) for _ in range(2)
        )

    @property
    def labels(self) -> float:
        """Return the share of equal labels, 0..1."""
        return fmean(self.shares)

    @property
    def is_labelled(self) -> bool:
        """Return whether there was a truth to compare with."""
        return bool(self.single.matrix.any())

    def add(self, single: np.ndarray, lower: np.ndarray, truth: np.ndarray | None) -> None:
        """Count in a frame's labels, u8 [1, H, W]."""
        self.shares.append(float(np.mean(single == lower)))
        if truth is not None:
            for labels, confusion in ((single, self.single), (lower, self.lower)):
                confusion.add(truth, resize_labels(labels[0], truth.shape))


def compare(single: Bundle, lower: Bundle, looks: Iterable[Look]) -> Comparison:
    """
    Run both bundles over the same frames, each on its own state.

    :raises ExportError: the lower precision makes a value that is not finite
    """
    comparison = Comparison(single.classes)
    reference, other = Walk(_load(single)), Walk(_load(lower))
    for number, look in enumerate(looks):
        _, due = reference.step(look.image, look.keyframe)
        graph, found = other.step(look.image, look.keyframe)
        _demand_finite(graph, found, number, lower.manifest.precision)
        comparison.add(due['labels'], found['labels'], look.truth)
    return comparison


def _load(bundle: Bundle) -> Graphs:
    models = {}
    for name in ('keyframe', 'update'):
        if name in bundle.manifest.graphs:
            model = read_graph(bundle.graph_path(name))
            show_scores(model.graph)
            pin(model.graph)
            models[name] = content(model)
    return Graphs(models)


def _demand_finite(graph: str, outputs: Outputs, number: int, precision: str) -> None:
    for name, value in outputs.items():
        if not np.isfinite(value).all():
            output = 'labels' if name == SCORES else name
            raise ExportError(
                f'in {precision} the output {output} of the graph {graph} is not finite on frame '
                f'{number}: values of this network leave the range of float16, which ends at '
                '65504; export it as fp32'
            )
