# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-model export` in lower precision: what goes in, what it says, what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
from support.exports import PLAIN, Exports
from support.narrow import narrow_network, shallow_network
from support.street import street, write_camvid

from accel_model.checkpoint import save_checkpoint
from accel_model.cli import main
from accel_model.export.bundle import export_bundle
from accel_ros.bundle import Bundle


def test_fp16_from_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weights, output, accuracy = tmp_path / 'w.pt', tmp_path / 'robot', tmp_path / 'a.json'
    save_checkpoint(weights, narrow_network('deeplab-18'))
    accuracy.write_text(json.dumps({'miou': 12.5}))
    arguments = ['--size', '64x96', '--precision', 'fp16', '--accuracy', str(accuracy), '--force']
    assert main(['export', '--weights', str(weights), '-o', str(output), *arguments]) == 0
    said = capsys.readouterr().out
    assert '100.000% of labels equal' in said and 'MB in fp16; 100.0 % of the labels' in said
    bundle = Bundle.open(output)
    assert bundle.manifest.precision == 'fp16' and bundle.manifest.name == 'robot'
    assert bundle.manifest.accuracy['miou'] == 12.5
    assert bundle.manifest.accuracy['precision']['agreement'] > 90
    assert sorted(path.name for path in tmp_path.iterdir()) == ['a.json', 'robot', 'w.pt']


def test_int8_from_a_bundle_with_labelled_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = shallow_network('deeplab-18', 11)
    network.description = replace(network.description, classes='camvid')
    single, output, images = tmp_path / 'single', tmp_path / 'int8', tmp_path / 'images'
    export_bundle(network, (96, 128), single, license_text='free')
    images.mkdir()
    for index in range(4):
        cv2.imwrite(str(images / f'{index}.png'), street(index + 10).image[..., ::-1])
    data = ['--calibration', str(images), '--data', str(write_camvid(tmp_path / 'd', 'val', 3))]
    command = ['export', '--bundle', str(single), '--precision', 'int8', '-o', str(output)]
    assert main([*command, *data, '--force']) == 0
    manifest = Bundle.open(output).manifest
    found = manifest.accuracy['precision']
    assert manifest.license == 'free' and manifest.precision == 'int8'
    assert found['frames'].startswith('3 of camvid val') and found['calibration'] == 'images'
    assert 0 <= found['miou'] <= 100 and 0 <= found['miou_fp32'] <= 100
    assert f'mIoU {found["miou"]}, in fp32 {found["miou_fp32"]}' in capsys.readouterr().out


@pytest.mark.parametrize(
    ('arguments', 'complaint'),
    [
        (['--weights', 'w.pt'], '--weights need the size of the images: give --size'),
        (['--bundle', 'B'], '--bundle is in fp32 already: choose --precision fp16 or int8'),
        (['--bundle', 'B', '--size', '64x64'], '--size is in the bundle already: leave it out'),
        (['--bundle', 'B', '--license', 'x'], '--license is in the bundle already'),
        (['--bundle', 'B', '--precision', 'int8'], 'give their folder with --calibration'),
        (['--bundle', 'B', '--precision', 'fp16'], 'bundle B cannot be used: there is no such'),
    ],
)
def test_arguments_that_do_not_go_together(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(['export', '-o', 'x', *arguments]) == 1
    assert complaint in capsys.readouterr().err


def test_a_calibration_folder_without_images_is_one_clear_error(
    exports: Exports, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = str(exports('deeplab-18', PLAIN).bundle.path)
    command = ['export', '--bundle', bundle, '--precision', 'int8', '-o', str(tmp_path / 'x')]
    assert main([*command, '--calibration', str(tmp_path)]) == 1
    assert 'has no images' in capsys.readouterr().err


def test_one_source_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(['export', '-o', 'x'])
    assert 'one of the arguments --weights --bundle is required' in capsys.readouterr().err
