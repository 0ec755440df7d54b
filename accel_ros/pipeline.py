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
from accel_ros.errors import AccelError, EngineError
from accel_ros.keyframes import (
    DEFAULT_INTERVAL,
    Decision,
    FixedInterval,
    Kind,
    Landing,
    LandingRule,
    OnlyKeyframes,
    Policy,
    Reason,
    Scheduler,
    View,
)
from accel_ros.timing import Stopwatch

DEFAULT_MAX_GAP_S = 1.0

LabelSize = Literal['image', 'network']
LABEL_SIZES: tuple[LabelSize, ...] = get_args(LabelSize)


@dataclass(frozen=True)
class Frame:
    """An image as it came from a camera, and its time.

    `image` is as `images.decode` gives it; nobody may write into it before the next frame has
    been processed, because the flow starts from it, nor before a keyframe begun on it has landed.
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
    reason: Reason  # of the keyframe, taken on this frame or begun beside it
    frames_since_keyframe: int
    drift: float | None
    convert_ms: float
    infer_ms: float
    blank: bool = False  # the image is all one colour
    landing: Landing = ''  # what became of the keyframe that ran beside the frames before
    failure: str = ''  # why it failed, if so
    change: float = 0.0  # of the image since the last keyframe, see `keyframes.Progress`

    @property
    def confidence(self) -> np.ndarray:
        """Return the confidence at the labels' size, u8 [h, w], 0..255; made when asked for."""
        height, width = self.labels.shape
        return images.resize_labels(self.network_confidence, (height, width))


class Pipeline:
    """Segments the frames of one camera; a state is never fused into another scene.

    Keyframes are waited for, or with a landing rule run beside the updates until that lets them
    land; those that a break in the scene forces are always waited for.
    """

    def __init__(
        self,
        bundle: Bundle,
        engine: Engine,
        interval: int = DEFAULT_INTERVAL,
        max_gap_s: float | None = DEFAULT_MAX_GAP_S,
        policy: Policy | None = None,
        landings: LandingRule | None = None,
    ) -> None:
        """Open a stream; `policy` takes the place of a fixed `interval`. Raises AccelError."""
        manifest = bundle.manifest
        self._size = (manifest.height, manifest.width)
        self._channels = manifest.channels
        self._bundle = bundle
        self._scheduler = Scheduler(FixedInterval(interval), max_gap_s)
        self.policy = policy or FixedInterval(interval)
        self.landings = landings
        self._stream = engine.open_stream()
        self.label_size: LabelSize = 'image'  # may change between two frames

    @property
    def policy(self) -> Policy:
        """Return what decides when a keyframe is due. It can change between two frames."""
        return self._scheduler.policy

    @policy.setter
    def policy(self, policy: Policy) -> None:
        has_update = self._bundle.has_update
        self._scheduler.policy = policy if has_update else OnlyKeyframes(policy.interval)

    @property
    def landings(self) -> LandingRule | None:
        """Return when keyframes land that run beside the updates; None: they are waited for.

        It can change between two frames. Raises AccelError where the bundle cannot do it.
        """
        return self._scheduler.landings

    @landings.setter
    def landings(self, rule: LandingRule | None) -> None:
        graphs = {} if rule is None else self._bundle.manifest.graphs
        if 'update' in graphs and 'propagate' not in graphs:
            raise AccelError(
                f'bundle {self._bundle.path} cannot run keyframes beside the updates: it has no '
                'graph propagate; use keyframe mode sync, or export it again'
            )
        self._scheduler.landings = rule

    @property
    def interval(self) -> int:
        """Return the longest distance from one keyframe to the next, in frames.

        It can change between two frames; setting it makes the policy that fixed interval.
        """
        return self.policy.interval

    @interval.setter
    def interval(self, interval: int) -> None:
        self.policy = FixedInterval(interval)

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
        view = View(
            *frame.size,
            frame.encoding,
            frame.stamp_ns,
            images.is_blank(image),
            images.thumbnail(image),
        )
        convert_ms = watch.lap_ms()
        decision = self._scheduler.decide(view, lambda: self._stream.keyframe_ready())
        prediction, decision, failure = self._infer(image, decision)
        infer_ms = watch.lap_ms()
        self._scheduler.done(view, decision, infer_ms)
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
            landing=decision.landing,
            failure=failure,
            change=decision.change,
        )

    def abandon(self) -> None:
        """Give up a keyframe under way: no more frames follow for now.

        The next frame is a keyframe. Not while a frame is processed.
        """
        self._stream.abandon()
        self._scheduler.request('reset')

    def reset(self) -> None:
        """Make the next frame a keyframe. May be called from any thread."""
        self._scheduler.request('reset')

    def close(self) -> None:
        """Let go of the camera's state; the pipeline cannot be used any more."""
        self._stream.close()

    def _infer(self, image: np.ndarray, decision: Decision) -> tuple[Prediction, Decision, str]:
        """Carry out a decision; return it as it was carried out, and why a landing failed."""
        try:
            if decision.kind == 'key':
                return self._stream.keyframe(image), decision, ''
            decision, failure = self._settle(decision)
            prediction = self._stream.update(image, begin_keyframe=bool(decision.reason))
            return prediction, decision, failure
        except BaseException:
            self._stream.reset()
            self._scheduler.request('error')
            raise

    def _settle(self, decision: Decision) -> tuple[Decision, str]:
        """Land or give up the keyframe under way, as decided."""
        if decision.landing == 'landed':
            try:
                self._stream.land()
            except EngineError as error:
                return self._scheduler.not_landed(decision), str(error)
        elif decision.landing:
            self._stream.abandon()
        return decision, ''
