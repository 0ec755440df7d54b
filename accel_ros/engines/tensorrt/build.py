# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Build one graph's engine: a function of the ONNX file, TensorRT and the options alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accel_ros.engines.tensorrt.library import (
    check,
    complaints,
    flavour_of,
    logger,
    shorten,
    title,
)
from accel_ros.engines.tensorrt.progress import Phases, monitor
from accel_ros.engines.watch import Cancelled, Progress, Report
from accel_ros.errors import EngineError, one_line

MEBIBYTE = 1 << 20
WORKSPACE = 'ACCEL_TENSORRT_WORKSPACE_MIB'  # limits the scratch memory, here and in the node
# TensorRT's words when memory ran out. Its tactics fail one by one, so the last complaint may be
# that none was left for a node (NVIDIA/TensorRT#4258).
OUT_OF_MEMORY = ('out of memory', 'outofmemory', 'insufficient memory', 'insufficientmemory')
NO_TACTIC = 'could not find any implementation for node'


class BuildCancelled(Cancelled):
    """A build was stopped because somebody asked for it."""


class OutOfMemory(EngineError):
    """A build, or an engine that was to run, found too little memory on the GPU."""


@dataclass(frozen=True)
class BuildOptions:
    """What shapes an engine beside its ONNX file. Precision is in the file."""

    workspace_mib: int | None = None  # scratch memory of a layer at most; None: all there is
    compute_capability: str | None = None  # such as 'SM86', RTX only; None: this machine's GPU


@dataclass(frozen=True)
class Built:
    """An engine, and what TensorRT measured on the way, for the next build."""

    engine: bytes
    timing_cache: bytes


def build_engine(
    trt: Any,
    graph: Path,
    options: BuildOptions | None = None,
    *,
    timing_cache: bytes = b'',
    report: Report = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
    free_memory: Callable[[], str] = lambda: 'the free memory is unknown',
) -> Built:
    """Return the engine of an ONNX file, strongly typed. `trt` is what `library.load` returned.

    `report` and `cancelled` are called from TensorRT's threads at every step; `free_memory` says
    how much there is, for the message when it runs out. An unusable timing cache is left out.
    Raises BuildCancelled, OutOfMemory, EngineError.
    """
    options = options or BuildOptions()
    with complaints(trt) as said:
        try:
            plan, timing = _build(trt, graph, options, timing_cache, report, cancelled)
        except (RuntimeError, TypeError, MemoryError) as cause:  # pybind11's: a null, a throw
            failure = one_line(cause)
            plan, timing = None, b''
        else:
            failure = ''
    if plan is not None:
        return Built(plan, timing)
    if cancelled():
        raise BuildCancelled(f'building {graph.name} was cancelled; nothing was kept')
    raise _explain(trt, graph, options, [failure, *said] if failure else said, free_memory)


def _build(
    trt: Any,
    graph: Path,
    options: BuildOptions,
    timing_cache: bytes,
    report: Report,
    cancelled: Callable[[], bool],
) -> tuple[bytes | None, bytes]:
    builder = trt.Builder(logger(trt))
    typed = 1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED)
    network = check(builder.create_network(typed), 'make a network')
    report(Progress('Reading the graph', 0.0))
    _parse(trt, graph, network)
    config = check(builder.create_builder_config(), 'make a configuration')
    _configure(trt, config, options)
    _remember_timings(trt, config, timing_cache)
    # TensorRT does not keep the monitor alive; the local name does.
    watcher = monitor(trt, Phases(report), cancelled)
    config.progress_monitor = watcher
    plan = builder.build_serialized_network(network, config)
    if plan is None or cancelled():
        return None, b''
    report(Progress('Done', 100.0))
    return bytes(plan), _timings(trt, config)


def _measures(trt: Any) -> bool:
    """Return whether a build tries kernels out; TensorRT for RTX leaves that to the first run."""
    return flavour_of(trt) == 'tensorrt'


def _remember_timings(trt: Any, config: Any, earlier: bytes) -> None:
    """Use an earlier build's measurements where they are of this GPU and version."""
    if not _measures(trt):
        return
    timing = config.create_timing_cache(earlier)
    if timing is None or not config.set_timing_cache(timing, False):
        config.set_timing_cache(config.create_timing_cache(b''), False)


def _timings(trt: Any, config: Any) -> bytes:
    """Return what the build has measured; the next one does without where there is nothing."""
    timing = config.get_timing_cache() if _measures(trt) else None
    measured = None if timing is None else timing.serialize()
    return b'' if measured is None else bytes(measured)


def _parse(trt: Any, graph: Path, network: Any) -> None:
    """Fill the network from the ONNX file; raise EngineError with the parser's words."""
    parser = trt.OnnxParser(network, logger(trt))
    parsed = parser.parse_from_file(str(graph))
    if parsed and parser.num_errors == 0 and network.num_outputs > 0:
        return
    errors = [parser.get_error(number) for number in range(parser.num_errors)]
    if not errors:
        why = 'it holds no graph'
    else:
        error = errors[0]
        node = f'node {error.node_name()} ({error.node_operator()}): ' * bool(error.node_name())
        more = f' (and {len(errors) - 1} more)' * (len(errors) > 1)
        why = f'{node}{error.desc()}{more}'
    raise EngineError(
        f'{graph} cannot be parsed by {title(trt)}: {why}; export the bundle again with '
        'accel-model export, or use the backend onnxruntime'
    )


def _configure(trt: Any, config: Any, options: BuildOptions) -> None:
    if options.workspace_mib is not None:
        config.set_memory_pool_limit(
            trt.MemoryPoolType.WORKSPACE, options.workspace_mib * MEBIBYTE
        )
    if options.compute_capability is None:
        return
    target = getattr(getattr(trt, 'ComputeCapability', None), options.compute_capability, None)
    if target is None:
        raise EngineError(
            f'{title(trt)} cannot build for {options.compute_capability}: only TensorRT for RTX '
            'builds for another GPU than the one at hand, and only for the compute capabilities '
            'that it knows (such as SM86)'
        )
    config.num_compute_capabilities = 1
    check(config.set_compute_capability(target, 0), f'target {options.compute_capability}')


def _explain(
    trt: Any, graph: Path, options: BuildOptions, said: list[str], free_memory: Callable[[], str]
) -> EngineError:
    """Return the error that says why TensorRT gave no engine."""
    text = ' '.join(said).lower()
    if any(words in text for words in OUT_OF_MEMORY) or NO_TACTIC in text:
        workspace = options.workspace_mib
        limit = 'not limited' if workspace is None else f'at most {workspace} MiB'
        return OutOfMemory(
            f'building {graph.name} ran out of GPU memory ({free_memory()}; workspace {limit}): '
            f'{shorten(said)}; close other programs that use the GPU, or change the limit '
            f'({WORKSPACE}: less where memory is scarce, more where no kernel fits)'
        )
    why = shorten(said) if said else 'it gives no reason'
    return EngineError(
        f'{title(trt)} cannot build {graph.name}: {why}; accel-ros doctor shows what works here'
    )
