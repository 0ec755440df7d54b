# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Whether two engines of one bundle agree, graph by graph, on made-up images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from accel_ros.bundle import Bundle
from accel_ros.engines.protocol import Engine, Prediction, Stream
from accel_ros.manifest import Manifest

AGREEMENT = 0.99  # of the labels; what fp16 has to keep at export
SHIFT = 4  # pixels from image to image


@dataclass(frozen=True)
class Parity:
    """How far one graph's answers are those of the reference engine."""

    graph: str
    labels: float  # share of pixels with the same label
    confidence: float  # mean absolute difference, 0..255

    @property
    def agrees(self) -> bool:
        """Whether the engine may be trusted."""
        return self.labels >= AGREEMENT


def compare(bundle: Bundle, engine: Engine, reference: Engine) -> list[Parity]:
    """Run both engines on the same images. Raises EngineError where one of them fails."""
    frames = images(bundle.manifest, 4)
    found, due = dict(_answers(bundle, engine, frames)), dict(_answers(bundle, reference, frames))
    return [
        Parity(
            graph,
            float(np.mean(found[graph].labels == due[graph].labels)),
            float(np.abs(np.subtract(found[graph].confidence, expected, dtype=np.int16)).mean()),
        )
        for graph, expected in ((graph, due[graph].confidence) for graph in due)
    ]


def images(manifest: Manifest, count: int) -> list[np.ndarray]:
    """Return a moving scene of coloured patches, u8 [H, W, 3] each, always the same."""
    height, width = manifest.height, manifest.width
    rng = np.random.default_rng(1)
    scene = np.zeros((height, width + SHIFT * count, 3), np.float32)
    for cells in (4, 12, 48):
        noise = rng.uniform(0, 85, (cells, 2 * cells, 3)).astype(np.float32)
        scene += cv2.resize(noise, scene.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    moving = np.clip(scene, 0, 255).astype(np.uint8)
    return [np.ascontiguousarray(moving[:, SHIFT * n : SHIFT * n + width]) for n in range(count)]


def _answers(
    bundle: Bundle, engine: Engine, frames: list[np.ndarray]
) -> Iterator[tuple[str, Prediction]]:
    """Yield each graph's name, and the first answer that depends on it."""
    stream: Stream = engine.open_stream()
    try:
        yield 'keyframe', stream.keyframe(frames[0])
        if 'update' in bundle.manifest.graphs:
            lands = 'propagate' in bundle.manifest.graphs
            yield 'update', stream.update(frames[1], begin_keyframe=lands)
        if 'propagate' in bundle.manifest.graphs:
            stream.update(frames[2])
            stream.land()
            yield 'propagate', stream.update(frames[3])
    finally:
        stream.close()
