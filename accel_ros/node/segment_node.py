# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The lifecycle node `segment`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNodeMixin, LifecycleState, TransitionCallbackReturn
from rclpy.node import Node

from accel_ros.bundle import Bundle, default_bundle
from accel_ros.engines.protocol import Engine
from accel_ros.engines.select import open_engine
from accel_ros.engines.watch import Progress, Watch
from accel_ros.node.calling_off import let_builds_be_cancelled
from accel_ros.node.camera import Camera
from accel_ros.node.camera_status import CameraTask
from accel_ros.node.complaints import describe
from accel_ros.node.diagnostics import Diagnostics, Task
from accel_ros.node.memory import give_memory_back
from accel_ros.node.network_status import NetworkTask
from accel_ros.node.parameters import Parameters
from accel_ros.node.situation import Loaded, Phase, Story
from accel_ros.pipeline import Pipeline


class SegmentNode(LifecycleNodeMixin, Node):
    """Segments the images of one or more cameras while it is active.

    Configuring loads the network, once for all cameras; cleaning up gives its memory back. Each
    transition that cannot be made says why in one line and leaves the node as it was.

    A transition takes as long as it takes. In an executor with several threads the node's other
    services, its parameters and its diagnostics answer meanwhile, and say what it is doing.
    """

    def __init__(self, **options: Any) -> None:
        """Declare the parameters; `options` are those of rclpy's nodes."""
        Node.__init__(self, 'segment', **options)
        transitions = ReentrantCallbackGroup()
        LifecycleNodeMixin.__init__(self, callback_group=transitions)
        self._cancel = threading.Event()  # of a build that configuring waits for
        let_builds_be_cancelled(self, self._cancel)
        self._story = Story()
        self._in_transition = threading.RLock()  # the process's end may come into one
        self._engine: Engine | None = None
        self._cameras: dict[str, Camera] = {}
        self._parameters_in_use = False
        self._settings = Parameters(self, configured=lambda: self._parameters_in_use)
        self._diagnostics = Diagnostics(self, self._tasks)
        if self._settings.autostart:
            steady = Clock(clock_type=ClockType.STEADY_TIME)  # simulated time may stand still
            self._starter = self.create_timer(
                0.0, self._start, callback_group=transitions, clock=steady
            )

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load the network and advertise the outputs; on failure stay unconfigured."""
        with self._in_transition:
            self._story.go_on('configuring')
            self._parameters_in_use = True
            try:
                self._load()
            except Exception as error:  # whatever a library throws, the node stays
                self.close()
                return self._failure('unconfigured', f'not configured: {describe(error)}')
            return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start listening to the cameras; on failure stay inactive."""
        with self._in_transition:
            try:
                for camera in self._cameras.values():
                    camera.start()
            except Exception as error:  # such as a QoS override that does not exist
                self._stop()
                return self._failure('inactive', f'not activated: {describe(error)}')
            self._story.go_on('active')
            return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop listening; the network stays loaded."""
        with self._in_transition:
            self._stop()
            self._story.go_on('inactive')
            return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Give the network's memory back."""
        self.close()
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop whatever the node was doing, for good."""
        self.close('finalized')
        return super().on_shutdown(state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Fall back to unconfigured after a transition that broke half-way."""
        self.close()
        return super().on_error(state)

    def close(self, phase: Phase = 'unconfigured') -> None:
        """Stop the workers and give all memory back.

        Waits for a transition under way, but not for engines that are being built.
        """
        self._cancel.set()
        with self._in_transition:
            self._cancel.clear()
            for camera in self._cameras.values():
                camera.close()
            self._cameras = {}
            if self._engine is not None:
                self._engine.close()
                self._engine = None
                give_memory_back()
            self._parameters_in_use = False
            self._story.go_on(phase)

    def _start(self) -> None:
        self.destroy_timer(self._starter)
        if self.trigger_configure() == TransitionCallbackReturn.SUCCESS:
            self.trigger_activate()

    def _load(self) -> None:
        settings = self._settings
        bundle = Bundle.open(settings.bundle or default_bundle())
        watch = Watch(self._building, self._cancel.is_set)
        self._engine = open_engine(bundle, settings.backend, watch=watch)
        self.get_logger().info(f'{bundle.manifest.name}: {self._engine.description}')
        for name in settings.cameras:
            pipeline = Pipeline(
                bundle, self._engine, settings.keyframe_interval, settings.max_gap_s
            )
            try:
                self._cameras[name] = Camera(self, name, pipeline, settings, bundle.classes)
            except Exception:
                pipeline.close()
                raise
        engine, name = self._engine, bundle.manifest.name
        self._story.loaded(Loaded(name, str(bundle.path), engine.name, engine.description))

    def _building(self, progress: Progress) -> None:
        if self._story.now.progress is None:
            self.get_logger().info('building the engines: /diagnostics shows how far it is')
        self._story.building(progress)

    def _stop(self) -> None:
        for camera in self._cameras.values():
            camera.stop()

    def _failure(self, phase: Phase, why: str) -> TransitionCallbackReturn:
        self.get_logger().error(why)
        self._story.go_on(phase, why)
        return TransitionCallbackReturn.FAILURE

    def _tasks(self) -> Iterator[Task]:
        """Yield what the diagnostics report on."""
        yield NetworkTask(self._story)
        cameras, thresholds = self._cameras, self._settings.thresholds
        for name in self._settings.cameras:
            yield CameraTask(name, self._story, cameras.get(name), thresholds)
