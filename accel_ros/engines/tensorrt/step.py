# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What the GPU does for one kind of frame: recorded as a CUDA graph, or queued call by call."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from accel_ros.engines.tensorrt.streams import CudaStream, Graph
from accel_ros.errors import EngineError

log = logging.getLogger(__name__)


class Step:
    """A fixed sequence of copies and runs on fixed addresses."""

    def __init__(
        self,
        name: str,
        cudart: Any,
        stream: CudaStream,
        queue: Callable[[], None],
        stack: ExitStack,
    ) -> None:
        """Warm the work up and record it; `stack` gives the recording back. Raises EngineError.

        TensorRT has to have run once before it can be recorded. Where recording fails, the log
        says why and the work is queued call by call, which costs some CPU and changes no result.
        """
        self._stream, self._queue = stream, queue
        self._graph: Graph | None = None
        queue()
        stream.wait()
        try:
            self._graph = Graph(cudart, stream, queue)
        except EngineError as error:
            log.warning(f'{name} runs without a CUDA graph: {error}')
        else:
            stack.callback(self._graph.close)

    @property
    def is_recorded(self) -> bool:
        """Whether it runs as a CUDA graph."""
        return self._graph is not None

    def run(self) -> None:
        """Queue it. Raises EngineError."""
        if self._graph is None:
            self._queue()
        else:
            self._graph.launch(self._stream)
