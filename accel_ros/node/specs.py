# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What the node's parameters are: types, defaults, ranges, and who may change them when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import InvalidTopicNameException
from rclpy.expand_topic_name import expand_topic_name
from rclpy.node import Node
from rclpy.validate_topic_name import validate_topic_name

from accel_ros.engines.select import BACKENDS
from accel_ros.keyframes import MODES, POLICIES, Adaptive, Deadline, WhenReady
from accel_ros.pipeline import LABEL_SIZES

TRANSPORTS = ('raw', 'compressed')


@dataclass(frozen=True)
class Spec:
    """One parameter; `check` returns what is wrong with a value, or nothing."""

    name: str
    default: Any
    description: str
    low: float | None = None
    high: float | None = None
    check: Callable[[Any, Node], str | None] = lambda value, node: None
    live: bool = False
    read_only: bool = False

    def descriptor(self) -> ParameterDescriptor:
        """Describe the parameter to ROS, with its range."""
        when = 'Read when the node is configured.'
        if self.live or self.read_only:
            when = 'Changes live.' if self.live else 'Read when the node starts.'
        descriptor = ParameterDescriptor(
            name=self.name, description=f'{self.description} {when}', read_only=self.read_only
        )
        if isinstance(self.default, float):
            span = FloatingPointRange(from_value=self.low, to_value=self.high)
            descriptor.floating_point_range = [span]
        elif self.low is not None:
            span = IntegerRange(from_value=int(self.low), to_value=int(self.high or 0), step=1)
            descriptor.integer_range = [span]
        return descriptor


def _one_of(what: str, choices: Sequence[str]) -> Callable[[Any, Node], str | None]:
    """Return a check for a parameter that takes one of some words."""

    def check(value: str, _: Node) -> str | None:
        if value in choices:
            return None
        return f"there is no {what} '{value}' here; choose one of {', '.join(choices)}"

    return check


def _check_cameras(names: Sequence[str], node: Node) -> str | None:
    if not names:
        return "no camera is named; give at least one, such as ['camera']"
    topics = set()
    for name in names:
        try:
            validate_topic_name(name)
            topics.add(expand_topic_name(name, node.get_name(), node.get_namespace()))
        except (InvalidTopicNameException, ValueError) as error:
            return f"'{name}' cannot be part of a topic's name: {error}".splitlines()[0]
    if len(topics) < len(names):
        return f'a camera is named twice in {list(names)}; give every camera a name of its own'
    return None


SPECS = (
    Spec('bundle', '', 'Folder of the network to run; empty for the one that comes with it.'),
    Spec(
        'cameras',
        ['camera'],
        'Names N of the cameras: N/image_raw in, N/segmentation/... out.',
        check=_check_cameras,
    ),
    Spec(
        'image_transport',
        'raw',
        'Form of the images: raw (N/image_raw) or compressed (N/image_raw/compressed).',
        check=_one_of('image transport', TRANSPORTS),
    ),
    Spec(
        'backend',
        'auto',
        f'What runs the network: {", ".join(BACKENDS)}.',
        check=_one_of('backend', BACKENDS),
    ),
    Spec(
        'autostart',
        False,
        'Configure and activate the node by itself when it starts.',
        read_only=True,
    ),
    Spec(
        'keyframe_interval',
        5,
        'Every so many processed frames one is a keyframe; 1 makes every frame one. Policies '
        'other than fixed take one at the latest then.',
        low=1,
        high=1000,
        live=True,
    ),
    Spec(
        'keyframe_policy',
        'fixed',
        'When a keyframe is due: fixed (every interval), adaptive (when the image has changed '
        'enough) or deadline (as often as latency and compute allow).',
        check=_one_of('keyframe policy', POLICIES),
        live=True,
    ),
    Spec(
        'keyframe_mode',
        'sync',
        'How a keyframe runs: sync (its frame waits for it) or concurrent (beside the updates).',
        check=_one_of('keyframe mode', MODES),
        live=True,
    ),
    Spec(
        'keyframe_floor',
        Adaptive.floor,
        'Frames from one keyframe to the next at the least, with the policies adaptive and '
        'deadline.',
        low=1,
        high=1000,
        live=True,
    ),
    Spec(
        'keyframe_threshold',
        Adaptive.threshold,
        'Policy adaptive: change of the image (grey levels of 255 from frame to frame, summed '
        'since the keyframe) beyond which a keyframe is due.',
        low=0.0,
        high=10_000.0,
        live=True,
    ),
    Spec(
        'keyframe_latency_ms',
        Deadline.latency_ms,
        'Policy deadline: milliseconds that the network may take for a frame.',
        low=0.1,
        high=60_000.0,
        live=True,
    ),
    Spec(
        'keyframe_share',
        Deadline.share,
        'Policy deadline: share of the time, 0 to 1, that the network may be busy.',
        low=0.0,
        high=1.0,
        live=True,
    ),
    Spec(
        'keyframe_max_delay',
        WhenReady.max_delay,
        'Mode concurrent: a keyframe that has not landed after so many frames is given up.',
        low=1,
        high=1000,
        live=True,
    ),
    Spec(
        'max_gap_s',
        1.0,
        'A longer time than this between two frames (seconds, by their stamps) forces a keyframe.',
        low=0.001,
        high=3600.0,
        live=True,
    ),
    Spec(
        'label_size',
        'image',
        "Size of labels and confidence: the image's, or the network's, which is cheaper.",
        check=_one_of('label size', LABEL_SIZES),
        live=True,
    ),
    Spec(
        'overlay_opacity',
        0.5,
        'Weight of the class colours in the overlay: 0 the image alone, 1 the colours alone.',
        low=0.0,
        high=1.0,
        live=True,
    ),
    Spec(
        'diagnostics.warn_age_ms',
        500.0,
        'Labels that come later than this after the stamps of their images (milliseconds, 95th '
        'percentile) make the diagnostics warn.',
        low=1.0,
        high=60_000.0,
    ),
    Spec(
        'diagnostics.error_age_ms',
        2000.0,
        'Labels that come later than this after the stamps of their images (milliseconds, 95th '
        'percentile) are an error in the diagnostics.',
        low=1.0,
        high=60_000.0,
    ),
    Spec(
        'diagnostics.warn_drop_share',
        0.5,
        'Share of dropped images, 0 to 1, above which the diagnostics warn.',
        low=0.0,
        high=1.0,
    ),
    Spec(
        'diagnostics.stale_after_s',
        2.0,
        'Seconds without an image after which the diagnostics call a camera stale, and seconds at '
        'work on a single one that are an error.',
        low=0.1,
        high=3600.0,
    ),
)
