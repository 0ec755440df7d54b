# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Every graph of every variant, at two sizes and every precision, parsed and built by TensorRT.

TensorRT for RTX has NVIDIA's parser and builder and needs no GPU for either.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.exports import CASES, Exports, name_of
from support.onnx_rules import complaints

from accel_model.export.bundle import export_bundle
from accel_model.export.precision.convert import write_graphs
from accel_model.export.precision.footage import made_up
from accel_model.export.precision.ranges import observe
from accel_model.networks.variants import build, find
from accel_ros.bundle import Bundle, default_bundle
from accel_ros.engines.tensorrt import library
from accel_ros.engines.tensorrt.build import BuildOptions, build_engine

pytest.importorskip('tensorrt_rtx', reason='needs TensorRT for RTX (requirements/test.txt)')

PRECISIONS = ['fp32', 'fp16', 'int8']
SM86 = BuildOptions(compute_capability='SM86')


@pytest.fixture(scope='module')
def trt() -> Any:
    return library.load('tensorrt_rtx')


def files(bundle: Bundle, precision: str, folder: Path) -> list[Path]:
    """Return a bundle's graphs in a precision."""
    names = list(bundle.manifest.graphs)
    if precision == 'fp32':
        return [bundle.graph_path(name) for name in names]
    footage = made_up(bundle.manifest)
    ranges = observe(bundle, footage, footage.read()) if precision == 'int8' else None
    written = write_graphs(bundle, folder, ranges)
    return [folder / written[name].file for name in names]


@pytest.fixture(scope='module')
def whole_lite(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Return accel-lite with all its channels for another size than that of the package's."""
    folder = tmp_path_factory.mktemp('whole') / 'accel-lite'
    network = build(find('accel-lite'), num_classes=11, classes='camvid')
    export_bundle(network.eval().requires_grad_(False), (90, 130), folder)
    return Bundle.open(folder)


def assert_built(trt: Any, paths: list[Path]) -> None:
    for path in paths:
        assert complaints(path) == []
        assert build_engine(trt, path, SM86).engine


@pytest.mark.parametrize('precision', PRECISIONS)
@pytest.mark.parametrize('case', CASES, ids=name_of)
def test_tensorrt_builds_every_graph(
    trt: Any, exports: Exports, case: tuple[str, tuple[int, int]], precision: str, tmp_path: Path
) -> None:
    assert_built(trt, files(exports(*case).bundle, precision, tmp_path))


@pytest.mark.parametrize('precision', PRECISIONS)
def test_tensorrt_builds_the_bundle_that_comes_with_the_package(
    trt: Any, precision: str, tmp_path: Path
) -> None:
    assert_built(trt, files(Bundle.open(default_bundle()), precision, tmp_path))


@pytest.mark.parametrize('precision', PRECISIONS)
def test_tensorrt_builds_the_whole_accel_lite_at_another_size(
    trt: Any, whole_lite: Bundle, precision: str, tmp_path: Path
) -> None:
    assert_built(trt, files(whole_lite, precision, tmp_path))
