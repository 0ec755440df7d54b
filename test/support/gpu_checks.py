# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What has to hold on a GPU: test/gpu asks a real one, and every test run the simulated one."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from typing import Any

import numpy as np

from accel_ros.commands.bench import time_graphs
from accel_ros.commands.parity import compare, images
from accel_ros.engines.tensorrt import cuda
from accel_ros.engines.tensorrt.buffers import Buffer, Pinned
from accel_ros.engines.tensorrt.streams import CudaStream, Event, Graph

COUNT = 1 << 20
FRAMES = 200
SLACK = 8 * cuda.MEBIBYTE  # what the driver may keep for itself
Rows = dict[str, str]


class Bench:
    """A stream and two buffers on each side."""

    def __init__(self, cudart: Any, stack: ExitStack) -> None:
        def make(kind: type) -> Any:
            return stack.enter_context(closing(kind(cudart, COUNT)))

        self.there, self.back = make(Pinned), make(Pinned)
        self.one, self.two = make(Buffer), make(Buffer)
        self.stream = stack.enter_context(closing(CudaStream(cudart)))
        self.there.array[:] = np.random.default_rng(3).integers(0, 256, COUNT, np.uint8)

    def round_trip(self) -> None:
        """Queue a copy up, one across, and one down."""
        self.stream.upload(self.one, self.there)
        self.stream.copy(self.two, self.one)
        self.stream.download(self.back, self.two)

    def check(self) -> None:
        """What came back is what went."""
        self.stream.wait()
        assert np.array_equal(self.back.array, self.there.array)


def pinned_copies(cudart: Any) -> Rows:
    """Bytes go up, across and down through pinned memory."""
    with ExitStack() as stack:
        bench = Bench(cudart, stack)
        bench.round_trip()
        bench.check()
    return {'pinned copies': 'exact'}


def graphs(cudart: Any) -> Rows:
    """A recording takes whatever is in its buffers when it is launched, again and again."""
    with ExitStack() as stack:
        bench = Bench(cudart, stack)
        graph = stack.enter_context(closing(Graph(cudart, bench.stream, bench.round_trip)))
        for value in (1, 2, 3):
            bench.there.array[:] = value
            graph.launch(bench.stream)
            bench.check()
    return {'CUDA graphs': 'exact'}


def swaps(cudart: Any) -> Rows:
    """Two recordings, one each way, hand a state to and fro without copying it anywhere else."""
    with ExitStack() as stack:
        bench = Bench(cudart, stack)
        ways = [
            stack.enter_context(
                closing(Graph(cudart, bench.stream, lambda a=a, b=b: bench.stream.copy(a, b)))
            )
            for a, b in ((bench.two, bench.one), (bench.one, bench.two))
        ]
        bench.stream.upload(bench.one, bench.there)
        for number in range(10):
            ways[number % 2].launch(bench.stream)
        bench.stream.download(bench.back, bench.one)
        bench.check()
    return {'swaps': 'exact'}


def order(cudart: Any) -> Rows:
    """A stream of low priority waits for a mark, and its own mark says when it is done."""
    with ExitStack() as stack:
        bench = Bench(cudart, stack)
        low = stack.enter_context(closing(CudaStream(cudart, urgent=False)))
        up, done = (stack.enter_context(closing(Event(cudart))) for _ in range(2))
        bench.stream.upload(bench.one, bench.there)
        up.mark(bench.stream)
        up.hold(low)
        low.copy(bench.two, bench.one)
        done.mark(low)
        done.hold(bench.stream)
        bench.stream.download(bench.back, bench.two)
        bench.check()
        assert done.passed()
    return {'events between streams': 'in order'}


def memory(cudart: Any) -> Rows:
    """What is closed is given back."""
    before, _ = cuda.memory(cudart)
    buffers = [Buffer(cudart, 64 * cuda.MEBIBYTE) for _ in range(4)]
    during, total = cuda.memory(cudart)
    for buffer in buffers:
        buffer.close()
    after, _ = cuda.memory(cudart)
    assert before - during >= 256 * cuda.MEBIBYTE - SLACK
    assert before - after <= SLACK
    return {'memory': f'given back; {after >> 20} of {total >> 20} MiB are free'}


def engine(bundle: Any, it: Any, trusted: Any, cudart: Any) -> Rows:
    """Graphs are recorded, agree with the trusted engine, and take no more memory with time."""
    name = it.name
    with closing(it.open_stream()) as stream:
        recorded = stream.is_recorded
        scene = images(bundle.manifest, 8)
        stream.keyframe(scene[0])
        before, _ = cuda.memory(cudart)
        for number in range(FRAMES):
            (stream.update if number % 5 else stream.keyframe)(scene[number % 8])
        after, _ = cuda.memory(cudart)
        assert before - after <= SLACK
    rows = {
        f'{name}: what runs': it.description,
        f'{name}: CUDA graphs': 'recorded' if recorded else 'not recorded (see the log)',
        f'{name}: memory over {FRAMES} frames': f'{(before - after) >> 20} MiB more',
    }
    for parity in compare(bundle, it, trusted):
        assert parity.agrees, parity
        rows[f'{name}: parity of {parity.graph}'] = f'{100 * parity.labels:.3f} % of the labels'
    for graph, times in time_graphs(bundle, it, scene, FRAMES).items():
        text = f'p50 {times["p50"]:.2f}  p95 {times["p95"]:.2f}  max {times["max"]:.2f} ms'
        rows[f'{name}: {graph}'] = text
    return rows


def closing_an_engine(it: Any, cudart: Any) -> Rows:
    """The weights and every camera's memory come back."""
    it.open_stream()
    before, _ = cuda.memory(cudart)
    start = time.perf_counter()
    it.close()
    seconds = time.perf_counter() - start
    after, _ = cuda.memory(cudart)
    assert after > before
    return {f'{it.name}: closing': f'{(after - before) >> 20} MiB back in {seconds:.2f} s'}


CUDA = (pinned_copies, graphs, swaps, order, memory)
