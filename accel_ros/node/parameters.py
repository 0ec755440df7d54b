# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The node's parameters: declared, guarded, and their current values."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rclpy.node import Node
from rclpy.parameter import Parameter

from accel_ros.keyframes import LandingRule, Policy, WhenReady, policy_named
from accel_ros.node.specs import SPECS
from accel_ros.pipeline import LabelSize


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
    def policy(self) -> Policy:
        """When a keyframe is due."""
        return policy_named(
            self._value('keyframe_policy'),
            self.keyframe_interval,
            self._value('keyframe_floor'),
            self._value('keyframe_threshold'),
            self._value('keyframe_latency_ms'),
            self._value('keyframe_share'),
        )

    @property
    def landings(self) -> LandingRule | None:
        """When a keyframe lands that runs beside the updates; None: it is waited for."""
        if self._value('keyframe_mode') == 'sync':
            return None
        return WhenReady(self._value('keyframe_max_delay'))

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
