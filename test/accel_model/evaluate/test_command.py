# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-model evaluate` from the command line to its table, its JSON and its plot."""

from __future__ import annotations

import json
from dataclasses import replace

import cv2
import pytest
from support.narrow import narrow_network
from support.street import write_camvid
from support.videos import SIZE, PanningVideo

from accel_model.checkpoint import save_checkpoint
from accel_model.cli import main


def write_weights(path, variant='accel-18', num_classes=11, classes='camvid', seed=0):
    network = narrow_network(variant, num_classes, seed)
    network.description = replace(network.description, classes=classes)
    path.parent.mkdir(exist_ok=True)
    save_checkpoint(path, network)
    return path


@pytest.fixture
def weights(tmp_path):
    return write_weights(tmp_path / 'weights.pt')


@pytest.fixture
def camvid(tmp_path):
    return write_camvid(tmp_path / 'camvid', 'val', 4)


def evaluate(weights, data, *more):
    weights = weights if isinstance(weights, list) else [weights]
    arguments = ['--weights', *map(str, weights), '--data', str(data), *map(str, more)]
    return main(['evaluate', *arguments])


def complaint(capsys):
    error = capsys.readouterr().err
    assert error.count('\n') == 1
    return error


def test_table_json_and_plot_of_several_networks(camvid, tmp_path, capsys):
    files = [
        write_weights(tmp_path / 'fitted' / 'weights.pt'),
        write_weights(tmp_path / 'joint' / 'weights.pt', seed=1),
        write_weights(tmp_path / 'deeplab.pt', 'deeplab-18'),
    ]
    report, plot = tmp_path / 'report.json', tmp_path / 'plot.png'
    more = ['--intervals', '1-2', '--protocol', 'min', '--json', report, '--plot', plot]
    assert evaluate(files, camvid, *more) == 0

    figures = json.loads(report.read_text())
    assert [network['name'] for network in figures['networks']] == [
        'fitted',
        'joint',
        'deeplab-18',
    ]
    assert (figures['dataset'], figures['split'], figures['protocol']) == ('camvid', 'val', 'min')
    assert figures['intervals'] == [1, 2] and figures['labelled_frames'] == 4
    assert figures['classes'][3] == 'road'
    assert {'name', 'device', 'torch', 'threads'} <= set(figures['machine'])
    rows = {(row['network'], row['model']): row for row in figures['results']}
    models = ['reference', 'update', 'dff', 'accel']
    assert set(rows) == {
        *(('fitted', model) for model in models),
        *(('joint', model) for model in models),
        ('deeplab-18', 'reference'),
    }
    accel = rows['joint', 'accel']
    assert accel['interval'] == 2 and accel['frames'] == 3
    assert len(accel['iou']) == len(accel['confusion']) == 11
    assert accel['by_distance'] == [{'distance': 1, 'frames': 3, 'miou': accel['miou']}]
    assert accel['key_ms']['count'] == accel['update_ms']['count'] == 3

    assert cv2.imread(str(plot)) is not None
    shown = capsys.readouterr().out
    assert 'bicyclist' in shown and '4 labelled frames' in shown and '1 after the key' in shown
    assert f'{accel["miou"]:.2f}' in shown


def test_a_part_of_the_labels(weights, camvid, tmp_path, capsys):
    report = tmp_path / 'report.json'
    more = ['--intervals', '2', '--labelled', '1:3', '--json', report]
    assert evaluate(weights, camvid, *more) == 0
    figures = json.loads(report.read_text())
    assert (figures['labelled'], figures['labelled_frames']) == ('1:3', 2)
    assert {row['frames'] for row in figures['results']} == {2}
    assert '2 labelled frames (1:3)' in capsys.readouterr().out


def test_own_data_with_classes_of_its_own(tmp_path, capsys):
    root = tmp_path / 'own'
    video = PanningVideo(4, [1, 3])
    for folder in ('frames', 'labels'):
        (root / 'val' / folder / 'drive').mkdir(parents=True)
    for index in range(len(video)):
        name = f'{index:06d}.png'
        cv2.imwrite(str(root / 'val' / 'frames' / 'drive' / name), video.image(index))
        if index in video.labelled:
            labels = video.labels(index)
            cv2.imwrite(str(root / 'val' / 'labels' / 'drive' / name), labels)
    colours = [f'  - {{id: {i}, name: "c{i}", color: [{i}, 0, 0]}}' for i in range(3)]
    table = ['name: own', 'ignore: 255', 'classes:', *colours]
    (root / 'classes.yaml').write_text('\n'.join(table))
    weights = write_weights(tmp_path / 'own.pt', num_classes=3, classes='own')
    assert evaluate(weights, root, '--dataset', 'folder', '--intervals', '2') == 0
    shown = capsys.readouterr().out
    assert 'c2' in shown and '2 labelled frames' in shown
    assert video.image(0).shape[:2] == SIZE


def test_weights_for_other_classes_are_refused(camvid, tmp_path, capsys):
    weights = write_weights(tmp_path / 'weights.pt', num_classes=19, classes='cityscapes')
    assert evaluate(weights, camvid) == 1
    assert '19 classes' in complaint(capsys)


def test_a_file_that_is_no_checkpoint_is_one_line(camvid, tmp_path, capsys):
    (tmp_path / 'weights.pt').write_bytes(b'no checkpoint')
    assert evaluate(tmp_path / 'weights.pt', camvid) == 1
    assert 'not a checkpoint' in complaint(capsys)


def test_missing_data_is_one_line(weights, tmp_path, capsys):
    assert evaluate(weights, tmp_path) == 1
    assert 'holds no split' in complaint(capsys)


def test_images_without_labels_of_their_size_are_one_line(weights, camvid, capsys):
    file = sorted((camvid / 'valannot').iterdir())[2]
    labels = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(str(file), labels[:50])
    assert evaluate(weights, camvid, '--intervals', '1') == 1
    assert file.name in complaint(capsys)


def test_a_part_beyond_the_labels_is_one_line(weights, camvid, capsys):
    assert evaluate(weights, camvid, '--labelled', '2:9') == 1
    assert '2:9' in complaint(capsys)


def test_figures_that_cannot_be_written_are_refused_at_once(weights, camvid, tmp_path, capsys):
    with pytest.raises(SystemExit) as exit_:
        evaluate(weights, camvid, '--json', tmp_path / 'missing' / 'report.json')
    assert exit_.value.code == 2
    assert 'missing' in complaint(capsys)
