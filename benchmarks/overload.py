# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
A camera at twice the rate that the engine can do: how old the labels get, what memory does, and
whether every image is accounted for.

    python benchmarks/overload.py [--seconds 150] [--frame-ms 100] [--size 600x960]

The engine does nothing but take its time. An image waits in the node for at most one
period of the camera, because then the next one takes its place; so the age of its labels is at
most its way to the node, that period and the work on it, however long it goes on.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from array import array
from pathlib import Path

import numpy as np
import rclpy
from accel_ros.msg import FrameTiming
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image

from accel_ros.node import qos
from accel_ros.node.memory import keep_image_buffers

HERE = Path(__file__).resolve().parent
PROFILE = HERE.parent / 'config' / 'fastdds.xml'
PAGE = os.sysconf('SC_PAGE_SIZE')


class Camera(Node):
    """Sends images at a fixed rate and listens to the timing of those that get labels."""

    def __init__(self, height: int, width: int, period_s: float) -> None:
        """Begin to send once the node listens."""
        super().__init__('overload')
        self.timings: list[FrameTiming] = []
        self.sent = 0
        pixels = np.random.default_rng(0).integers(0, 256, 3 * height * width, np.uint8)
        self._image = Image(height=height, width=width, step=3 * width, encoding='rgb8')
        self._image.data = array('B', pixels.tobytes())
        self._publisher = self.create_publisher(Image, 'camera/image_raw', 5)
        topic = 'camera/segmentation/timing'
        self.create_subscription(FrameTiming, topic, self.timings.append, qos.results())
        self.create_timer(period_s, self._send)

    def _send(self) -> None:
        if self._publisher.get_subscription_count():
            self._image.header.stamp = self.get_clock().now().to_msg()
            self._publisher.publish(self._image)
            self.sent += 1


def resident_mib(process: int) -> float:
    """Return the memory of a process."""
    return int(Path(f'/proc/{process}/statm').read_text().split()[1]) * PAGE / (1 << 20)


def play(camera: Camera, process: subprocess.Popen[bytes], seconds: float) -> list[float]:
    """Let it run; return the node's memory in MiB, once a second."""
    executor = SingleThreadedExecutor()
    executor.add_node(camera)
    memory: list[float] = []
    start = time.monotonic()
    while time.monotonic() < start + seconds:
        executor.spin_once(0.1)
        if process.poll() is not None:
            raise SystemExit(f'the node ended with status {process.returncode}')
        if time.monotonic() - start > len(memory) + 1:
            memory.append(resident_mib(process.pid))
    return memory


def report(camera: Camera, memory: list[float], period_ms: float) -> None:
    """Print what happened, the first and the last third of the time apart."""
    frames = camera.timings[10:]
    third = len(frames) // 3
    work = [f.total_ms - f.wait_ms for f in frames]
    print(f'sent {camera.sent}; of the node: received {frames[-1].received}, ', end='')
    print(f'labelled {frames[-1].processed}, dropped {frames[-1].dropped}')
    print(f'work on a frame: p50 {np.median(work):.1f} ms, max {max(work):.1f} ms')
    for name, part in (('first third', frames[:third]), ('last third', frames[-third:])):
        age = [frame.age_ms for frame in part]
        wait = [frame.wait_ms for frame in part]
        print(
            f'age in the {name}: p50 {np.median(age):.1f}, p95 {np.percentile(age, 95):.1f}, '
            f'max {max(age):.1f} ms; of that in the slot: p50 {np.median(wait):.1f}, '
            f'max {max(wait):.1f} ms (a period is {period_ms:g} ms)'
        )
    print(f'memory after 10 s {memory[10]:.0f} MiB, at the end {memory[-1]:.0f} MiB')


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--seconds', type=float, default=150.0)
    parser.add_argument('--frame-ms', type=int, default=100)
    parser.add_argument('--size', default='600x960')
    args = parser.parse_args()
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    os.environ.setdefault('FASTDDS_DEFAULT_PROFILES_FILE', str(PROFILE))
    keep_image_buffers()
    height, width = map(int, args.size.split('x'))
    command = [sys.executable, str(HERE / 'node.d' / 'null_node.py'), str(height), str(width)]
    command += [str(args.frame_ms), '--ros-args', '-p', 'autostart:=true', '--log-level', 'warn']
    process = subprocess.Popen(command)
    rclpy.init()
    try:
        camera = Camera(height, width, args.frame_ms / 2000)
        memory = play(camera, process, args.seconds)
        report(camera, memory, args.frame_ms / 2)
    finally:
        process.terminate()
        process.wait()
        rclpy.try_shutdown()


if __name__ == '__main__':
    main()
