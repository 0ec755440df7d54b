# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Run graphs in onnxruntime while they are being made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

Outputs = dict[str, NDArray[np.generic]]


class Graphs:
    """
    Graphs in onnxruntime.

    :param models: a file or its content, by the graph's name
    :param threads: for each run; 0: all there are
    """

    def __init__(self, models: Mapping[str, Path | bytes], threads: int = 0) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3  # errors; they come back as exceptions too
        self._sessions = {
            name: onnxruntime.InferenceSession(
                model if isinstance(model, bytes) else str(model),
                options,
                providers=['CPUExecutionProvider'],
            )
            for name, model in models.items()
        }

    def __contains__(self, graph: str) -> bool:
        return graph in self._sessions

    def run(self, graph: str, **inputs: NDArray[np.generic]) -> Outputs:
        """Run a graph and return its outputs by name."""
        session = self._sessions[graph]
        names = [output.name for output in session.get_outputs()]
        return dict(zip(names, session.run(names, inputs)))


class Walk:
    """One camera's way through the graphs: they share the previous image and the state."""

    def __init__(self, graphs: Graphs) -> None:
        self._graphs = graphs
        self._memory: Outputs = {}

    def step(self, image: NDArray[np.uint8], keyframe: bool) -> tuple[str, Outputs]:
        """
        Process a frame; without an update graph every frame is a keyframe.

        :param image: u8 [H, W, 3]
        :returns: the graph that ran, and its outputs
        """
        current = np.ascontiguousarray(image)[None]
        graph = 'keyframe' if keyframe or 'update' not in self._graphs else 'update'
        inputs = {} if graph == 'keyframe' else self._memory
        outputs = self._graphs.run(graph, image=current, **inputs)
        state = outputs.get('state', outputs.get('state_out'))
        if state is not None:
            self._memory = {'previous': current, 'state': state}
        return graph, outputs
