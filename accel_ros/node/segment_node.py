# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The lifecycle node `segment`."""

from __future__ import annotations

from typing import Any

from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from accel_ros.bundle import Bundle, default_bundle
from accel_ros.engines.protocol import Engine
from accel_ros.engines.select import open_engine
from accel_ros.node.camera import Camera
from accel_ros.node.complaints import describe
from accel_ros.node.memory import give_memory_back
from accel_ros.node.parameters import Parameters
from accel_ros.pipeline import Pipeline


class SegmentNode(LifecycleNode):
    """Segments the images of one or more cameras while it is active.

    Configuring loads the network, once for all cameras; cleaning up gives its memory back. Each
    transition that cannot be made says why in one line and leaves the node as it was.
    """

    def __init__(self, **options: Any) -> None:
        """Declare the parameters; `options` are those of rclpy's nodes."""
        super().__init__('segment', **options)
        self._engine: Engine | None = None
        self._cameras: list[Camera] = []
        self._settings = Parameters(self, configured=lambda: self._engine is not None)
        if self._settings.autostart:
            steady = Clock(clock_type=ClockType.STEADY_TIME)  # simulated time may stand still
            self._starter = self.create_timer(0.0, self._start, clock=steady)

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load the network and advertise the outputs; on failure stay unconfigured."""
        try:
            self._load()
        except Exception as error:  # whatever a library throws, the node stays
            self.close()
            return self._failure('not configured', error)
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start listening to the cameras; on failure stay inactive."""
        try:
            for camera in self._cameras:
                camera.start()
        except Exception as error:  # such as a QoS override that does not exist
            self._stop()
            return self._failure('not activated', error)
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop listening; the network stays loaded."""
        self._stop()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Give the network's memory back."""
        self.close()
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop whatever the node was doing, for good."""
        self.close()
        return super().on_shutdown(state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Fall back to unconfigured after a transition that broke half-way."""
        self.close()
        return super().on_error(state)

    def close(self) -> None:
        """Stop the workers and give all memory back; harmless when there is nothing to do."""
        for camera in self._cameras:
            camera.close()
        self._cameras = []
        if self._engine is not None:
            self._engine.close()
            self._engine = None
            give_memory_back()

    def _start(self) -> None:
        self.destroy_timer(self._starter)
        if self.trigger_configure() == TransitionCallbackReturn.SUCCESS:
            self.trigger_activate()

    def _load(self) -> None:
        settings = self._settings
        bundle = Bundle.open(settings.bundle or default_bundle())
        self._engine = open_engine(bundle, settings.backend)
        self.get_logger().info(f'{bundle.manifest.name}: {self._engine.description}')
        for name in settings.cameras:
            pipeline = Pipeline(
                bundle, self._engine, settings.keyframe_interval, settings.max_gap_s
            )
            try:
                self._cameras.append(Camera(self, name, pipeline, settings, bundle.classes))
            except Exception:
                pipeline.close()
                raise

    def _stop(self) -> None:
        for camera in self._cameras:
            camera.stop()

    def _failure(self, what: str, error: Exception) -> TransitionCallbackReturn:
        self.get_logger().error(f'{what}: {describe(error)}')
        return TransitionCallbackReturn.FAILURE
