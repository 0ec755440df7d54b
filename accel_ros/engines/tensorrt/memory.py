# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A camera's memory: images and states in pairs on the GPU, and what crosses, on the host."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import numpy as np

from accel_ros.engines.protocol import Prediction
from accel_ros.engines.tensorrt.buffers import Buffer, Pinned
from accel_ros.engines.tensorrt.streams import CudaStream
from accel_ros.manifest import GraphSpec, TensorSpec

# What leaves the GPU, where the graph has it; everything else stays.
ANSWERS = ('labels', 'confidence', 'drift')


def size(spec: TensorSpec) -> int:
    """Return a tensor's bytes."""
    return math.prod(spec.shape) * np.dtype(spec.dtype).itemsize


class CameraMemory:
    """Buffers for all tensors of a camera, by name.

    Image and state are pairs. A frame reads the side of the frame before and writes the other, so
    nothing is copied from frame to frame.
    """

    def __init__(self, cudart: Any, graphs: Mapping[str, GraphSpec], stack: ExitStack) -> None:
        """Allocate; `stack` gives it back. Raises CudaOutOfMemory, CudaError."""
        self._cudart, self._stack = cudart, stack
        keyframe, update = graphs['keyframe'], graphs.get('update')
        specs = {
            spec.name: spec for graph in (keyframe, update) if graph for spec in graph.outputs
        }
        image = keyframe.inputs[0]
        self._shape = image.shape
        self._specs = specs
        self.image = self.pair(size(image))
        self.state = self.pair(size(specs['state'])) if 'state' in specs else ()
        self.flow = self.buffer(size(specs['flow'])) if 'flow' in specs else None
        self.answers = {name: self.buffer(size(specs[name])) for name in ANSWERS if name in specs}
        self._image_in = self._pinned(size(image))
        self._answers_out = {name: self._pinned(it.count) for name, it in self.answers.items()}

    def buffer(self, count: int) -> Buffer:
        """Return a new device buffer that lives as long as the rest."""
        buffer = Buffer(self._cudart, count)
        self._stack.callback(buffer.close)
        return buffer

    def pair(self, count: int) -> tuple[Buffer, Buffer]:
        """Return two."""
        return self.buffer(count), self.buffer(count)

    def put(self, image: np.ndarray) -> None:
        """Write an image u8 [H, W, 3] where the GPU will fetch it. Raises ValueError."""
        if image.dtype != np.uint8 or image.shape != self._shape[1:]:
            raise ValueError(
                f'the image is {image.dtype} {list(image.shape)} and has to be uint8 '
                f'{list(self._shape[1:])}'
            )
        np.copyto(self._image_in.array.reshape(image.shape), image)

    def upload(self, stream: CudaStream, side: int) -> None:
        """Queue the copy of the image to one side."""
        stream.upload(self.image[side], self._image_in)

    def download(self, stream: CudaStream, graph: GraphSpec) -> None:
        """Queue the copies of a graph's answers to the host."""
        for spec in graph.outputs:
            if spec.name in self.answers:
                stream.download(self._answers_out[spec.name], self.answers[spec.name])

    def prediction(self, graph: GraphSpec) -> Prediction:
        """Return a graph's answers, copied; the stream has to be idle."""
        out = {
            spec.name: self._answers_out[spec.name].array.view(spec.dtype).reshape(spec.shape)
            for spec in graph.outputs
            if spec.name in self.answers
        }
        return Prediction(
            labels=out['labels'][0].copy(),
            confidence=out['confidence'][0].copy(),
            drift=float(out['drift'].flat[0]) if 'drift' in out else None,
        )

    def _pinned(self, count: int) -> Pinned:
        pinned = Pinned(self._cudart, count)
        self._stack.callback(pinned.close)
        return pinned
