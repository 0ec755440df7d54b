# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The words of keyframe scheduling: what is known of a frame, and what is done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal['key', 'update']

# Why a frame is a keyframe, or why one is begun beside it; empty for any other update.
Reason = Literal[
    '',
    'first',  # nothing came before it
    'interval',  # the policy's longest distance is reached
    'change',  # the image has changed too much since the keyframe
    'budget',  # latency and compute allow one
    'cut',  # the image shows another scene than the one before
    'size',  # the image size changed
    'encoding',  # the image encoding changed
    'gap',  # too much time since the previous frame
    'stamp',  # the clock went back
    'blank',  # an image without content follows one with content, or the other way round
    'reset',  # somebody asked for it
    'error',  # the previous frame failed
    'variant',  # the bundle has no update graph
]

# Keyframes that may run beside the updates: the scene goes on, so the state can wait for them.
BESIDE: frozenset[Reason] = frozenset({'interval', 'change', 'budget'})

# What became, before a frame, of the keyframe under way; empty where it still is, or none was.
Landing = Literal[
    '',
    'landed',  # its state, carried up to now, is in force from this frame on
    'late',  # given up: it took too many frames
    'failed',  # its run failed; the old state stays in force
    'abandoned',  # this frame is a keyframe itself, or keyframes are waited for again
]


@dataclass(frozen=True)
class View:
    """What a decision needs to know of a frame: size in pixels, encoding, time, content."""

    height: int
    width: int
    encoding: str
    stamp_ns: int  # 0: unknown
    blank: bool = False  # all one colour: no flow can be seen in it
    thumbnail: bytes = b''  # brightness on a coarse grid, row by row; empty: unknown


@dataclass(frozen=True)
class Decision:
    """What to do with a frame, why, and how many frames ago its state's keyframe was.

    An update with a reason is one that a keyframe is begun beside.
    """

    kind: Kind
    reason: Reason
    frames_since_keyframe: int
    landing: Landing = ''  # before the frame is processed
    change: float = 0.0  # of the image, summed over the frames since a keyframe was taken or begun
