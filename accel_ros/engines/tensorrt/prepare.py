# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""A bundle's engines: from the cache where they are there, built where they are not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from accel_ros.bundle import Bundle
from accel_ros.engines.tensorrt.build import BuildCancelled, BuildOptions, Built
from accel_ros.engines.tensorrt.cache import EngineCache
from accel_ros.engines.tensorrt.child import build_in_child
from accel_ros.engines.tensorrt.key import Key, Target
from accel_ros.engines.watch import Progress, Watch

GRAPHS = ('keyframe', 'update', 'propagate')
Builder = Callable[[str, Path, BuildOptions, bytes, Watch], Built]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prepared:
    """One graph's engine, and where it came from."""

    key: Key
    engine: bytes
    cached: bool


class Preparation:
    """Makes the engines of one bundle for one target."""

    def __init__(
        self,
        bundle: Bundle,
        target: Target,
        options: BuildOptions,
        cache: EngineCache,
        builder: Builder = build_in_child,
    ) -> None:
        self._bundle, self._target, self._options = bundle, target, options
        self._cache, self._builder = cache, builder

    @property
    def graphs(self) -> tuple[str, ...]:
        """Return the names of the bundle's graphs, in the order in which they are prepared."""
        return tuple(graph for graph in GRAPHS if graph in self._bundle.manifest.graphs)

    def missing(self) -> list[str]:
        """Return the graphs whose engines the cache does not have."""
        return [graph for graph in self.graphs if self._cached(self._key(graph)) is None]

    def each(self, watch: Watch) -> Iterator[tuple[str, Prepared]]:
        """Yield every graph's engine; who lets go of one before the next saves its memory.

        Raises BuildCancelled, OutOfMemory, EngineError.
        """
        count = len(self.graphs)
        for number, graph in enumerate(self.graphs):
            yield graph, self.one(graph, _part(watch, graph, number, count))

    def one(self, graph: str, watch: Watch, rebuild: bool = False) -> Prepared:
        """Return one graph's engine. Raises BuildCancelled, OutOfMemory, EngineError."""
        key = self._key(graph)
        if not rebuild and (engine := self._cached(key)):
            return Prepared(key, engine, cached=True)
        self._cache.require_writable()

        def waiting() -> None:
            if watch.cancelled():
                raise BuildCancelled(f'waiting for the engine of {graph} was cancelled')
            watch.report(Progress('waiting for another process that builds it', 0.0))

        with self._cache.lock(key, waiting):
            if not rebuild and (engine := self._cached(key)):
                return Prepared(key, engine, cached=True)
            built = self._builder(
                self._target.flavour,
                self._bundle.graph_path(graph),
                self._options,
                self._cache.timings(key),
                watch,
            )
            self._cache.store(key, built.engine)
            self._cache.store_timings(key, built.timing_cache)
        return Prepared(key, built.engine, cached=False)

    def _key(self, graph: str) -> Key:
        manifest = self._bundle.manifest
        digest = manifest.files[manifest.graphs[graph].file]
        return Key(graph, digest, self._target, self._options)

    def _cached(self, key: Key) -> bytes | None:
        found = self._cache.load(key)
        if found.why:
            log.warning(f'the cached engine {found.why}; it is built again')
        return found.engine


def _part(watch: Watch, graph: str, number: int, count: int) -> Watch:
    """Return a watch for one of several graphs, whose progress is part of the whole."""

    def report(progress: Progress) -> None:
        percent = (100 * number + progress.percent) / count
        watch.report(Progress(f'{graph} ({number + 1}/{count}): {progress.phase}', percent))

    return Watch(report, watch.cancelled)
