# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The node's parameters: their types, defaults, ranges and who may change them when."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.exceptions import InvalidTopicNameException
from rclpy.expand_topic_name import expand_topic_name
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.validate_topic_name import validate_topic_name

from accel_ros.engines.select import BACKENDS
from accel_ros.pipeline import LABEL_SIZES, LabelSize

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


def _check_backend(value: str, _: Node) -> str | None:
    if value in BACKENDS:
        return None
    return f"there is no backend '{value}'; choose one of {', '.join(BACKENDS)}"


def _check_transport(value: str, _: Node) -> str | None:
    if value in TRANSPORTS:
        return None
    return f"there is no image transport '{value}' here; choose one of {', '.join(TRANSPORTS)}"


def _check_label_size(value: str, _: Node) -> str | None:
    if value in LABEL_SIZES:
        return None
    return f"labels cannot have the size '{value}'; choose one of {', '.join(LABEL_SIZES)}"


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
        check=_check_transport,
    ),
    Spec(
        'backend',
        'auto',
        f'What runs the network: {", ".join(BACKENDS)}.',
        check=_check_backend,
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
        'Every so many processed frames one is a keyframe; 1 makes every frame one.',
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
        check=_check_label_size,
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


@dataclass(frozen=True)
class Thresholds:
    """Where the diagnostics draw the line; the parameters of the same names say what they mean."""

    warn_age_ms: float
    error_age_ms: float
    warn_drop_share: float
    stale_after_s: float


class Parameters:
    """Declares the parameters on a node, guards them, and reads their current values."""

    def __init__(self, node: Node, configured: Callable[[], bool]) -> None:
        """Declare all; `configured` tells whether the values read at configuring are in use.

        Raises rclpy's ParameterException for an initial value of the wrong type or out of range.
        """
        self._node = node
        self._configured = configured
        self._specs = {spec.name: spec for spec in SPECS}
        node.add_on_set_parameters_callback(self._judge)
        for spec in SPECS:
            node.declare_parameter(spec.name, spec.default, spec.descriptor())

    @property
    def bundle(self) -> str:
        """Folder of the bundle, or '' for the default one."""
        return self._value('bundle')

    @property
    def cameras(self) -> list[str]:
        """Names of the cameras, no two alike."""
        return list(self._value('cameras'))

    @property
    def image_transport(self) -> str:
        """Form in which the images come, one of TRANSPORTS."""
        return self._value('image_transport')

    @property
    def label_size(self) -> LabelSize:
        """Whose size the labels have."""
        return self._value('label_size')

    @property
    def backend(self) -> str:
        """Name of the backend."""
        return self._value('backend')

    @property
    def autostart(self) -> bool:
        """Whether the node starts working by itself."""
        return self._value('autostart')

    @property
    def keyframe_interval(self) -> int:
        """Frames from one keyframe to the next, at least 1."""
        return self._value('keyframe_interval')

    @property
    def max_gap_s(self) -> float:
        """Longest time between frames that belong together, in seconds."""
        return self._value('max_gap_s')

    @property
    def overlay_opacity(self) -> float:
        """Weight of the colours in the overlay, 0 to 1."""
        return self._value('overlay_opacity')

    @property
    def thresholds(self) -> Thresholds:
        """Where the diagnostics draw the line."""
        names = (field.name for field in dataclasses.fields(Thresholds))
        return Thresholds(**{name: self._value(f'diagnostics.{name}') for name in names})

    def _value(self, name: str) -> Any:
        return self._node.get_parameter(name).value

    def _judge(self, changes: Sequence[Parameter[Any]]) -> SetParametersResult:
        for change in changes:
            reason = self._objection(change)
            if reason:
                return SetParametersResult(successful=False, reason=reason)
        return SetParametersResult(successful=True)

    def _objection(self, change: Parameter[Any]) -> str | None:
        spec = self._specs.get(change.name)
        if spec is None:
            return None
        if self._configured() and not spec.live:
            return (
                f'{spec.name} is read when the node is configured and is in use now; '
                'deactivate and clean up the node, set it, then configure and activate again'
            )
        reason = spec.check(change.value, self._node)
        return f'{spec.name}: {reason}' if reason else None
