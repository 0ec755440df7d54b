# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""One camera: its images in, its own pipeline, its results out."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from rclpy.node import Node

from accel_ros import timing
from accel_ros.classes import ClassTable
from accel_ros.node import messages
from accel_ros.node.camera_info import Calibration
from accel_ros.node.complaints import Complaints, describe
from accel_ros.node.counts import Counts
from accel_ros.node.image_input import ImageInput, ImageMessage, decode
from accel_ros.node.outputs import Outputs
from accel_ros.node.parameters import Parameters
from accel_ros.node.slot import NewestSlot
from accel_ros.node.traffic import Traffic
from accel_ros.node.worker import Worker
from accel_ros.pipeline import Frame, Pipeline, Segmentation


@dataclass(frozen=True)
class Arrival:
    """An image message, when it came, and the stopwatch that runs since then."""

    message: ImageMessage
    at_ns: int  # by the node's clock; 0 while simulated time has not begun
    watch: timing.Stopwatch


class Camera:
    """Listens and works between `start` and `stop`; its topics are there as long as it is open."""

    def __init__(
        self,
        node: Node,
        name: str,
        pipeline: Pipeline,
        parameters: Parameters,
        classes: ClassTable,
    ) -> None:
        """Advertise the camera's outputs. The camera owns the pipeline from now on."""
        self._node = node
        self.name = name
        self._pipeline = pipeline
        self._parameters = parameters
        self._outputs = Outputs(node, name, classes)
        self._worker: Worker[Arrival] | None = None
        self._log = node.get_logger().get_child(name.strip('/').replace('/', '.'))

    def start(self) -> None:
        """Subscribe to the images and work on them, from a fresh state and with counts at 0."""
        self._pipeline.reset()
        self._counts = Counts()
        self.traffic = Traffic()
        self._complaints = Complaints()
        self._keyframe_complaints = Complaints()  # those spoil no frame
        self._slot: NewestSlot[Arrival] = NewestSlot()
        warn = self._log.warning
        transport = self._parameters.image_transport
        self._input = ImageInput(self._node, self.name, transport, self.receive, warn)
        try:
            self._calibration = Calibration(self._node, self.name, warn)
        except Exception:  # such as a QoS override that does not exist
            self._input.close()
            raise
        self._worker = Worker(self.name, self._slot, self._work, self._refuse)

    @property
    def running(self) -> bool:
        """Whether the camera is started."""
        return self._worker is not None

    def stop(self) -> None:
        """Stop listening and finish the frame at hand; harmless when it is not started."""
        if self._worker is None:
            return
        self._input.close()
        self._calibration.close()
        self._counts.left = self._worker.stop()
        self._worker = None
        self._pipeline.abandon()
        counts = self._counts
        self._log.info(
            f'{counts.received} images received, {counts.processed} labelled, '
            f'{counts.dropped} dropped'
        )

    @property
    def counts(self) -> Counts:
        """What became of the frames since the last start."""
        return dataclasses.replace(self._counts, landings=self._counts.landings.copy())

    def close(self) -> None:
        """Stop, withdraw the outputs and give the pipeline's memory back."""
        self.stop()
        self._outputs.close()
        self._pipeline.close()

    @property
    def topic(self) -> str:
        """Where the images come from; started cameras only."""
        return self._input.topic

    @property
    def busy_s(self) -> float:
        """Seconds that the image at hand has taken so far."""
        worker = self._worker
        return 0.0 if worker is None else worker.busy_s

    def obstacle(self) -> str | None:
        """Return why no image can come, as far as the publishers show it; started cameras only."""
        return self._input.obstacle()

    def receive(self, message: ImageMessage) -> None:
        """Store the image: all that the executor's thread has to do for it."""
        self._counts.received += 1
        overtaken = self._slot.put(Arrival(message, self._now_ns(), timing.Stopwatch()))
        self._counts.overtaken += overtaken
        self.traffic.receive(overtaken)

    def _work(self, arrival: Arrival) -> None:
        """Segment one image and publish the results, on the worker's thread."""
        watch, header = arrival.watch, arrival.message.header
        wait_ms = watch.lap_ms()
        self._pipeline.policy = self._parameters.policy
        self._pipeline.landings = self._parameters.landings
        self._pipeline.label_size = self._parameters.label_size
        self._pipeline.max_gap_s = self._parameters.max_gap_s
        stamp_ns = messages.stamp_ns(header)
        # Without a stamp, the time of arrival shows the pipeline a gap.
        frame = Frame(*decode(arrival.message), stamp_ns or arrival.at_ns)
        decode_ms = watch.lap_ms()
        result = self._pipeline.process(frame)
        watch.lap_ms()
        opacity = self._parameters.overlay_opacity
        self._outputs.publish_frame(header, frame, result, opacity, self._calibration)
        values = timing.FrameTiming(
            stamp_ns=stamp_ns,
            frame_id=header.frame_id,
            kind=result.kind,
            keyframe_reason=result.reason,
            frames_since_keyframe=result.frames_since_keyframe,
            keyframe_interval=self._pipeline.interval,
            keyframe_landing=result.landing,
            drift=result.drift,
            change=result.change,
            wait_ms=wait_ms,
            convert_ms=decode_ms + result.convert_ms,
            infer_ms=result.infer_ms,
            publish_ms=watch.lap_ms(),
            total_ms=watch.total_ms(),
            age_ms=self._age_ms(stamp_ns),
            received=self._counts.received,
            processed=self._counts.processed + 1,
            dropped=self._counts.dropped,
        )
        self._outputs.publish_timing(header, values)
        self._counts.processed += 1
        self.traffic.label(values, result.blank)
        self._count_landing(result)
        self._settle()

    def _count_landing(self, result: Segmentation) -> None:
        """Count what became of a keyframe beside the updates; say why where it failed."""
        if result.landing:
            self._counts.landings[result.landing] += 1
        if result.failure:
            self.traffic.fail(result.failure)
            self._complain(
                self._keyframe_complaints,
                f'a keyframe failed, the old state stays: {result.failure}',
            )

    def _age_ms(self, stamp_ns: int) -> float:
        """How old an image is; NaN where it has no stamp or simulated time has not begun."""
        now_ns = self._now_ns()
        return (now_ns - stamp_ns) / 1e6 if now_ns and stamp_ns else float('nan')

    def _now_ns(self) -> int:
        return self._node.get_clock().now().nanoseconds

    def _refuse(self, error: Exception) -> None:
        """Count a frame that could not be used and say why."""
        self._counts.refused += 1
        reason = describe(error)
        self.traffic.refuse(reason)
        self._complain(self._complaints, f'image dropped: {reason}')

    def _complain(self, complaints: Complaints, what: str) -> None:
        line = complaints.hear(what)
        if line:
            self._log.error(line)

    def _settle(self) -> None:
        line = self._complaints.settle()
        if line:
            self._log.info(line)
