# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
What the node costs around its engine, against a bare relay that only receives the same images and
publishes mono8 images of the same size.

    python benchmarks/relay.py [--frames 60] [--encoding rgb8] [--network HxW] [--json] [SIZE ...]

Both run at the same time, each in its own process, with the same Fast DDS profile and allocator
settings; the node with an engine that costs nothing. They get images in turns, a block each, the
next image when the answer to the last one has come. Latency is from the call of publish to the
arrival of the labels in this process; CPU is all that the answering process used. Only the ratios
mean anything on a machine that does other work, too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image

from accel_ros.node import qos
from accel_ros.node.memory import keep_image_buffers

HERE = Path(__file__).resolve().parent
PROFILE = HERE.parent / 'config' / 'fastdds.xml'
BYTES = {'rgb8': 3, 'bgr8': 3, 'mono8': 1, 'bgra8': 4}
BLOCK = 10
WARM_UP = 10
PATIENCE_S = 30.0
PAUSE_S = 0.03  # for the answerer to come to rest before its CPU time is read


@dataclass
class Answerer:
    """A process that answers images on NAME/image_raw with labels."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    latencies_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def check(self) -> None:
        """Raise SystemExit where the process has ended."""
        if self.process is not None and self.process.poll() is not None:
            raise SystemExit(f'the {self.name} ended with status {self.process.returncode}')

    def cpu_so_far_ms(self) -> float:
        """Return the milliseconds of CPU that the process's living threads have used."""
        self.check()
        files = Path(f'/proc/{self.process.pid}/task').glob('*/schedstat')
        return sum(int(file.read_text().split()[0]) for file in files) / 1e6


class Camera(Node):
    """Sends images and waits for the answers."""

    def __init__(self, image: Image) -> None:
        """Send this image, with another stamp each time."""
        super().__init__('benchmark')
        self._image = image
        self._answer = 0
        self._ends: dict[str, object] = {}
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self)

    def connect(self, name: str) -> None:
        """Prepare the topics of an answerer and wait for it."""
        topic = f'{name}/segmentation/labels'
        self.create_subscription(Image, topic, self._receive, qos.results())
        publisher = self.create_publisher(Image, f'{name}/image_raw', 5)
        self._ends[name] = publisher
        if not self._spin(
            lambda: publisher.get_subscription_count() and self.count_publishers(topic)
        ):
            raise SystemExit(f'the {name} does not come up within {PATIENCE_S:g} s')

    def ask(self, name: str) -> float:
        """Send one image; return the milliseconds to its labels, or NaN where none came."""
        stamp = time.time_ns()
        self._image.header.stamp.sec, self._image.header.stamp.nanosec = divmod(stamp, 10**9)
        start = time.perf_counter()
        self._ends[name].publish(self._image)
        if not self._spin(lambda: self._answer == stamp, 2.0):
            return float('nan')
        return 1000 * (time.perf_counter() - start)

    def _receive(self, message: Image) -> None:
        self._answer = message.header.stamp.sec * 10**9 + message.header.stamp.nanosec

    def _spin(self, done: object, patience_s: float = PATIENCE_S) -> bool:
        end = time.monotonic() + patience_s
        while not done():
            if time.monotonic() > end:
                return False
            self._executor.spin_once(0.1)
        return True


def measure(camera: Camera, answerers: list[Answerer], frames: int) -> None:
    """Give each a block of images in turns."""
    for block in range(-(WARM_UP // BLOCK), frames // BLOCK):
        for answerer in answerers:
            before = answerer.cpu_so_far_ms()
            times = []
            for _ in range(BLOCK):
                times.append(camera.ask(answerer.name))
                time.sleep(PAUSE_S)
            if block >= 0:
                answerer.latencies_ms += times
                answerer.cpu_ms.append((answerer.cpu_so_far_ms() - before) / BLOCK)


@contextmanager
def running(answerers: list[Answerer]) -> Iterator[None]:
    """Run the processes."""
    processes = []
    try:
        for answerer in answerers:
            answerer.process = subprocess.Popen([sys.executable, *answerer.command])
            processes.append(answerer.process)
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def compare(
    size: tuple[int, int], network: tuple[int, int], encoding: str, frames: int
) -> list[Answerer]:
    """Return the relay and the node with what they took."""
    height, width = size
    node = [str(HERE / 'node.d' / 'null_node.py'), *map(str, network), '0', '--ros-args']
    node += ['-p', 'cameras:=[node]', '-p', 'autostart:=true', '--log-level', 'warn']
    relay = [str(HERE / 'node.d' / 'relay.py'), 'relay', str(height), str(width)]
    answerers = [Answerer('relay', relay), Answerer('node', node)]
    pixels = np.random.default_rng(0).integers(0, 256, height * width * BYTES[encoding], np.uint8)
    image = Image(height=height, width=width, encoding=encoding, step=width * BYTES[encoding])
    image.data = array('B', pixels.tobytes())
    camera = Camera(image)
    with running(answerers):
        for answerer in answerers:
            camera.connect(answerer.name)
        measure(camera, answerers, frames)
    camera.destroy_node()
    return answerers


def figures(relay: Answerer, node: Answerer) -> dict[str, float]:
    """Return medians, the node's in proportion to the relay's, and how many answers were lost."""
    found: dict[str, float] = {}
    for name, quantity in (('ms', 'latencies_ms'), ('CPU ms', 'cpu_ms')):
        base, own = (float(np.nanmedian(getattr(a, quantity))) for a in (relay, node))
        found |= {f'{name} relay': base, f'{name} node': own, f'{name} ratio': own / base}
    found['lost'] = sum(int(np.isnan(a.latencies_ms).sum()) for a in (relay, node))
    return found


def print_row(size: tuple[int, int], network: tuple[int, int], found: dict[str, float]) -> None:
    """Print a row of the table."""
    cells = ['x'.join(map(str, pair)) for pair in (size, network)]
    for name, value in found.items():
        cells.append(f'{value:.{0 if name == "lost" else 2 if "ratio" in name else 1}f}')
    print('| ' + ' | '.join(cells) + ' |', flush=True)


def size_of(text: str) -> tuple[int, int]:
    """Read HEIGHTxWIDTH."""
    height, width = map(int, text.split('x'))
    return height, width


def main() -> None:
    """Print a table with a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('sizes', nargs='*', type=size_of, default=[(1024, 2048), (1200, 1920)])
    parser.add_argument('--network', type=size_of, help="default: the image's size")
    parser.add_argument('--encoding', choices=BYTES, default='rgb8')
    parser.add_argument('--frames', type=int, default=60)
    parser.add_argument('--json', action='store_true', help='a line of JSON for each size')
    args = parser.parse_args()
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    os.environ.setdefault('FASTDDS_DEFAULT_PROFILES_FILE', str(PROFILE))
    keep_image_buffers()
    rclpy.init()
    if not args.json:
        names = ('relay', 'node', 'ratio')
        head = ['image', 'network', *(f'ms {n}' for n in names), *(f'CPU ms {n}' for n in names)]
        print('| ' + ' | '.join([*head, 'lost']) + ' |')
        print('| --- ' * (len(head) + 1) + '|')
    for size in args.sizes:
        network = args.network or size
        found = figures(*compare(size, network, args.encoding, args.frames))
        if args.json:
            print(json.dumps({'image': size, **found}), flush=True)
        else:
            print_row(size, network, found)
    rclpy.shutdown()


if __name__ == '__main__':
    main()
