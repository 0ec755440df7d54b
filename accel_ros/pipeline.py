# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""One camera's stream: frame in, segmentation out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from accel_ros import images
from accel_ros.bundle import Bundle
from accel_ros.engines.protocol import Engine, Prediction
from accel_ros.keyframes import (
    Decision,
    FixedInterval,
    Kind,
    OnlyKeyframes,
    Reason,
    Scheduler,
    View,
)
from accel_ros.timing import Stopwatch

DEFAULT_INTERVAL = 5
DEFAULT_MAX_GAP_S = 1.0

LabelSize = Literal['image', 'network']
LABEL_SIZES: tuple[LabelSize, ...] = get_args(LabelSize)


@dataclass(frozen=True)
class Frame:
    """An image as it came from a camera, and its time.

    `image` is as `images.decode` gives it; nobody may write into it before the next frame has
    been processed, because the flow starts from it.
    """

    image: np.ndarray
    encoding: str
    stamp_ns: int = 0  # 0: unknown

    @property
    def size(self) -> tuple[int, int]:
        """Return height and width in pixels."""
        return images.size_of(self.image, self.encoding)


@dataclass(frozen=True)
class Segmentation:
    """The labels of one frame, at the size of its image or the network's: how they came about."""

    labels: np.ndarray  # u8 [h, w], class ids
    network_confidence: np.ndarray  # u8 [H, W], 0..255, as it left the network
    kind: Kind
    reason: Reason
    frames_since_keyframe: int
    drift: float | None
    convert_ms: float
    infer_ms: float
    blank: bool = False  # the image is all one colour

    @property
    def confidence(self) -> np.ndarray:
        """Return the confidence at the labels' size, u8 [h, w], 0..255; made when asked for."""
        height, width = self.labels.shape
        return images.resize_labels(self.network_confidence, (height, width))


class Pipeline:
    """Segments the frames of one camera; a state is never fused into another scene."""

    def __init__(
        self,
        bundle: Bundle,
        engine: Engine,
        interval: int = DEFAULT_INTERVAL,
        max_gap_s: float | None = DEFAULT_MAX_GAP_S,
    ) -> None:
        manifest = bundle.manifest
        self._size = (manifest.height, manifest.width)
        self._channels = manifest.channels
        self._policy = FixedInterval(interval) if bundle.has_update else OnlyKeyframes(interval)
        self._scheduler = Scheduler(self._policy, max_gap_s)
        self._stream = engine.open_stream()
        self.label_size: LabelSize = 'image'  # may change between two frames

    @property
    def interval(self) -> int:
        """Return the distance from one keyframe to the next, in frames. It can change live."""
        return self._policy.interval

    @interval.setter
    def interval(self, interval: int) -> None:
        self._policy.interval = interval

    @property
    def max_gap_s(self) -> float | None:
        """Return the longest time between frames that belong together. It can change live."""
        return self._scheduler.max_gap_s

    @max_gap_s.setter
    def max_gap_s(self, seconds: float | None) -> None:
        self._scheduler.max_gap_s = seconds

    def process(self, frame: Frame) -> Segmentation:
        """Segment a frame. Raises ImageError, EngineError.

        A frame that cannot be used changes nothing; after a failed run the next frame
        is a keyframe.
        """
        watch = Stopwatch()
        image = images.to_network_input(frame.image, frame.encoding, self._size, self._channels)
        convert_ms = watch.lap_ms()
        view = View(*frame.size, frame.encoding, frame.stamp_ns, images.is_blank(image))
        decision = self._scheduler.decide(view)
        prediction = self._infer(image, decision)
        self._scheduler.done(view, decision)
        infer_ms = watch.lap_ms()
        size = frame.size if self.label_size == 'image' else self._size
        labels = images.resize_labels(prediction.labels, size)
        return Segmentation(
            labels=labels,
            network_confidence=prediction.confidence,
            kind=decision.kind,
            reason=decision.reason,
            frames_since_keyframe=decision.frames_since_keyframe,
            drift=prediction.drift,
            convert_ms=convert_ms + watch.lap_ms(),
            infer_ms=infer_ms,
            blank=view.blank,
        )

    def reset(self) -> None:
        """Make the next frame a keyframe. May be called from any thread."""
        self._scheduler.request('reset')

    def close(self) -> None:
        """Let go of the camera's state; the pipeline cannot be used any more."""
        self._stream.close()

    def _infer(self, image: np.ndarray, decision: Decision) -> Prediction:
        run = self._stream.keyframe if decision.kind == 'key' else self._stream.update
        try:
            return run(image)
        except BaseException:
            self._stream.reset()
            self._scheduler.request('error')
            raise
