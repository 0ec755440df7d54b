# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Bundles in lower precision: they run, say how good they are, and are refused if they are not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.bundles import HEIGHT, WIDTH, Arithmetic, write_bundle
from support.exports import PLAIN, Exports
from support.golden import COMPACT, accel18
from support.narrow import shallow_network
from support.simulator.fixtures import gpu, open_here

from accel_model.export.bundle import export_bundle
from accel_model.export.precision.convert import convert_bundle
from accel_model.export.precision.footage import Footage, Look, made_up
from accel_model.export.verify import ExportError
from accel_ros.bundle import Bundle
from accel_ros.engines import Engine, open_engine
from accel_ros.pipeline import Frame, Pipeline
from benchmarks.inference_parity import INTERVAL

__all__ = ['gpu', 'open_here']  # fixtures


def fog(bundle: Bundle) -> Footage:
    """Frames that show nothing of the range to come."""
    image = np.full((bundle.manifest.height, bundle.manifest.width, 3), 115, np.uint8)
    return Footage('fog', 4, lambda: (Look(image, index == 0) for index in range(4)))


@pytest.fixture
def half(tmp_path: Path) -> Bundle:
    """The tiny bundle in fp16."""
    single = Bundle.open(write_bundle(tmp_path / 'single'))
    convert_bundle(single, tmp_path / 'half', 'fp16', made_up(single.manifest))
    return Bundle.open(tmp_path / 'half')


def test_states_are_half_and_flows_are_not(half: Bundle) -> None:
    keyframe, update, propagate = half.manifest.graphs.values()
    states = keyframe.tensor('state'), update.tensor('state_out'), propagate.tensor('state')
    assert {state.dtype for state in states} == {'float16'}
    assert update.tensor('flow').dtype == propagate.tensor('flow').dtype == 'float32'


def assert_right(pipeline: Pipeline) -> None:
    """Run key and update frames and compare their labels with those computed by hand."""
    due, rng = Arithmetic(), np.random.default_rng(3)
    for index in range(7):
        image = rng.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
        labels = due.keyframe(image) if index % 3 == 0 else due.update(image)
        np.testing.assert_array_equal(pipeline.process(Frame(image, 'rgb8')).labels, labels)
    pipeline.close()


def test_onnxruntime_and_the_pipeline_take_a_state_in_half_precision(half: Bundle) -> None:
    engine = open_engine(half, 'onnxruntime', threads=1)
    assert_right(Pipeline(half, engine, interval=3))
    engine.close()


def test_the_tensorrt_backend_takes_it_on_a_simulated_gpu(
    half: Bundle, open_here: Callable[[Bundle], Engine]
) -> None:
    assert_right(Pipeline(half, open_here(half), interval=3))


def test_labels_of_the_recorded_clip_stay_in_fp16(tmp_path: Path) -> None:
    """The network's weights are random, so that many scores are close: the hardest case."""
    recording = np.load(COMPACT / 'clip18_w16_64x128_s7.npz')
    export_bundle(accel18(), (64, 128), tmp_path / 'single')
    single, frames = Bundle.open(tmp_path / 'single'), recording['frames_bgr'][..., ::-1]
    looks = [Look(frame, index % INTERVAL == 0) for index, frame in enumerate(frames)]
    clip = Footage('the recorded clip', len(looks), lambda: iter(looks))
    assert convert_bundle(single, tmp_path / 'half', 'fp16', clip).labels >= 0.995


@pytest.mark.parametrize('precision', ['fp16', 'int8'])
def test_the_manifest_says_how_many_labels_are_those_of_fp32(
    exports: Exports, precision: str, tmp_path: Path
) -> None:
    single = exports('accel-18', PLAIN).bundle
    footage = made_up(single.manifest)
    calibration = footage if precision == 'int8' else None
    comparison = convert_bundle(
        single, tmp_path / 'lower', precision, footage, calibration, name='robot', force=True
    )
    manifest = Bundle.open(tmp_path / 'lower').manifest
    assert manifest.precision == precision and manifest.name == 'robot'
    found = manifest.accuracy['precision']
    assert found['agreement'] == round(100 * comparison.labels, 3) >= 90
    assert found['least_of_a_frame'] == round(100 * min(comparison.shares), 3)
    assert found['frames'] == '3 of made-up frames, keyframe interval 5'
    assert found.get('calibration') == (calibration and 'made-up frames') and 'miou' not in found


def test_what_agrees_too_little_is_refused_unless_forced(tmp_path: Path) -> None:
    network = shallow_network('deeplab-50')
    for name, value in (*network.named_parameters(), *network.named_buffers()):
        if name.endswith(('bias', 'running_mean')):
            value.zero_()  # nothing but the image moves the values
    folder, lower = tmp_path / 'single', tmp_path / 'lower'
    export_bundle(network, PLAIN, folder)
    single = Bundle.open(folder)
    footage = made_up(single.manifest)
    with pytest.raises(ExportError, match=r'of the int8 labels are .* 97% have to be: .* --force'):
        convert_bundle(single, lower, 'int8', footage, fog(single))
    assert list(tmp_path.iterdir()) == [folder]
    comparison = convert_bundle(single, lower, 'int8', footage, fog(single), force=True)
    assert comparison.labels < 0.97
    assert Bundle.open(lower).manifest.accuracy['precision']['agreement'] < 97


def test_overflow_names_graph_and_output_and_cannot_be_forced(tmp_path: Path) -> None:
    network = shallow_network('accel-18')
    network.head.fc6.weight *= 1e6
    network.head.score.weight *= 1e-6
    export_bundle(network, PLAIN, tmp_path / 'single')
    single = Bundle.open(tmp_path / 'single')
    with pytest.raises(ExportError, match='in fp16 the output state of the graph keyframe is not'):
        convert_bundle(single, tmp_path / 'x', 'fp16', made_up(single.manifest), force=True)
    assert not (tmp_path / 'x').exists()


def test_overflow_shows_in_labels_too(tmp_path: Path) -> None:
    network = shallow_network('deeplab-18')
    network.head.fc6.weight *= 1e6
    network.head.score.weight *= 1e-6
    export_bundle(network, PLAIN, tmp_path / 'single')
    single = Bundle.open(tmp_path / 'single')
    with pytest.raises(ExportError, match='the output labels of the graph keyframe is not finite'):
        convert_bundle(single, tmp_path / 'x', 'fp16', made_up(single.manifest))


def test_what_cannot_be_converted_is_said(exports: Exports, tmp_path: Path) -> None:
    single = exports('accel-18', PLAIN).bundle
    footage = made_up(single.manifest)
    with pytest.raises(ExportError, match='is the bundle in fp32 itself: choose another folder'):
        convert_bundle(single, single.path, 'fp16', footage)
    half = replace(single, manifest=replace(single.manifest, precision='fp16'))
    with pytest.raises(ExportError, match='is fp16 already: make int8 from the bundle in fp32'):
        convert_bundle(half, tmp_path / 'x', 'int8', footage, footage)
    one = Footage('still', 1, lambda: (look for look in list(footage.read())[:1]))
    with pytest.raises(ExportError, match='still has too few images to calibrate on'):
        convert_bundle(single, tmp_path / 'x', 'int8', footage, one)
