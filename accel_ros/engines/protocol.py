# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What the pipeline asks of an engine, whatever runs the graphs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class Prediction:
    """A network's answer for one frame, at the bundle's size [H, W]."""

    labels: np.ndarray  # u8 [H, W]
    confidence: np.ndarray  # u8 [H, W], the probability of the chosen class as 0..255
    drift: float | None  # share of cells where the two branches disagree; None on keyframes


class Stream(Protocol):
    """One camera's memory: its previous image and state, which never leave it.

    Images are u8 [H, W, 3], contiguous, of the bundle's size and channel order. The stream may
    hold on to an image until the next one arrives, or until a keyframe made of it has landed, so
    nobody may write into it meanwhile. After an EngineError out of `keyframe` or `update` the
    memory is undefined: `reset` it.

    A keyframe can be waited for (`keyframe`), or run beside the updates: one that begins it, any
    number of others from the state in force, `land`. At most one is under way. One thread calls a
    stream's methods.
    """

    def keyframe(self, image: np.ndarray) -> Prediction:
        """Run the reference network; its features become the state. Raises EngineError.

        A keyframe under way is abandoned.
        """

    def update(self, image: np.ndarray, begin_keyframe: bool = False) -> Prediction:
        """Carry the state along the flow from the previous image and correct it.

        With `begin_keyframe` the reference network starts on this image, as soon as the device
        has it, beside this update and what follows; a keyframe under way is abandoned. The
        updates after this one keep their flows until it lands.
        Raises StateError where there is no state to carry, EngineError where the run failed or
        the keyframe cannot be started.
        """

    def keyframe_ready(self) -> bool:
        """Whether the keyframe under way has finished, well or badly, so `land` will not wait."""

    def land(self) -> None:
        """Carry its state along the flows of the updates since; then that is the state in force.

        Waits for it where it has not finished. The state changes at once or not at all: where
        the keyframe failed (EngineError), or none is under way (StateError), the old one stays.
        """

    def abandon(self) -> None:
        """Forget a keyframe under way, if there is one; its result is never used.

        Returns without waiting for it.
        """

    def reset(self) -> None:
        """Forget the previous image, the state, and a keyframe under way."""

    def close(self) -> None:
        """Let go of everything; the stream cannot be used any more."""


class Engine(Protocol):
    """A bundle's graphs, ready to run; their weights are shared by every camera's stream."""

    name: str  # the backend's name
    description: str  # one line: what runs where, and why

    def open_stream(self) -> Stream:
        """Return a new, empty memory."""

    def close(self) -> None:
        """Let go of the graphs. Streams of this engine cannot be used any more."""
