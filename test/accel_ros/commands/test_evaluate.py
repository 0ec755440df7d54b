# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-ros evaluate` and `compare` as a user calls them."""

import json

import numpy as np
import pytest
from support.bundles import CLASS_TABLE, write_bundle
from support.drives import write_drives
from support.recordings import (
    PERIOD_NS,
    START_NS,
    image_topic,
    label_message,
    write_bag,
    write_video,
)
from support.replays import CAMERA, LABELS, labelled_bag, scene

from accel_ros.cli import main
from accel_ros.replay.live import FIELDS


@pytest.fixture(scope='module')
def bundle(tmp_path_factory):
    return str(write_bundle(tmp_path_factory.mktemp('bundle')))


def report_of(folder):
    assert (folder / 'index.html').read_text().startswith('<!DOCTYPE html>')
    return json.loads((folder / 'report.json').read_text())


def run(*arguments):
    return main(['evaluate', *map(str, arguments)])


def test_the_contract(tmp_path, bundle, capsys):
    bag = labelled_bag(tmp_path / 'drive', scene(12))
    status = run('--bundle', bundle, '--bag', bag, '--topic', CAMERA, '--label-topic', LABELS,
                 '--intervals', '1,3', '-o', tmp_path / 'out')  # fmt: skip
    assert status == 0
    report = report_of(tmp_path / 'out')
    assert [run['interval'] for run in report['runs']] == [1, 3]
    assert report['runs'][0]['accuracy']['miou'] == 100.0
    assert report['recordings'][0]['labels'] == f'topic {LABELS}'
    said = capsys.readouterr().out
    assert 'for 100 ms: tiny-accel at interval' in said and 'wrote' in said
    other = tmp_path / 'compared'
    folders = [str(tmp_path / 'out')] * 2
    assert main(['compare', *folders, '-o', str(other)]) == 0
    assert (other / 'index.html').exists() and (other / 'compare.json').exists()
    assert '100.0 → 100.0 (+0.0)' in capsys.readouterr().out


def test_a_video(tmp_path, bundle):
    video = write_video(tmp_path / 'in.mp4', scene(8))
    assert run('--bundle', bundle, '--bag', video, '--intervals', '3', '-o', tmp_path / 'o') == 0
    report = report_of(tmp_path / 'o')
    assert [run['interval'] for run in report['runs']] == [1, 3]
    assert report['runs'][1]['agreement'] and report['runs'][1]['accuracy'] is None


def test_a_data_set(tmp_path, bundle):
    data = write_drives(tmp_path / 'data', 2, 5, 'camvid')
    (data / 'classes.yaml').write_text(CLASS_TABLE)
    status = run('--bundle', bundle, '--dataset', 'folder', '--data', data, '--split', 'train',
                 '--intervals', '1,2', '-o', tmp_path / 'out')  # fmt: skip
    assert status == 0
    by_interval = {run['interval']: run for run in report_of(tmp_path / 'out')['runs']}
    assert by_interval[1]['accuracy']['frames'] == 2
    # Under `avg` the keyframe of label 0 is the label itself, that of label 1 the frame before it.
    distances = by_interval[2]['accuracy']['by_distance']
    assert [(at['distance'], at['frames']) for at in distances] == [(0, 1), (1, 1)]
    assert by_interval[2]['real_time'] is None


def test_a_folder_of_bags_one_of_them_broken(tmp_path, bundle, capsys):
    for name in ('a', 'b'):
        labelled_bag(tmp_path / 'bags' / name, scene(6))
    write_bag(tmp_path / 'bags' / 'c', {CAMERA: image_topic(scene(6))})
    (tmp_path / 'bags' / 'b' / 'b.mcap').write_bytes(b'nothing')
    status = run('--bundle', bundle, '--bags', tmp_path / 'bags', '--topic', CAMERA,
                 '--label-topic', LABELS, '--intervals', '2', '--jobs', '1',
                 '-o', tmp_path / 'out')  # fmt: skip
    assert status == 0
    report = report_of(tmp_path / 'out')
    assert [recording['name'] for recording in report['recordings']] == ['a', 'c']
    assert [failure['recording'] for failure in report['failures']] == ['b']
    unlabelled = report['recordings'][1]
    assert unlabelled['labels'] is None and 'not in the bag' in unlabelled['problems'][0]
    assert report['runs'][0]['accuracy']['frames'] == 6 and report['runs'][0]['frames'] == 12
    assert 'failed: b: ' in capsys.readouterr().out


def test_several_topics_of_one_bag(tmp_path, bundle):
    clip = scene(6)
    bag = write_bag(tmp_path / 'bag', {'/l': image_topic(clip), '/r': image_topic(clip[:4])})
    status = run('--bundle', bundle, '--bag', bag, '--topic', '/l', '/r', '--intervals', '2',
                 '-o', tmp_path / 'out')  # fmt: skip
    assert status == 0
    found = report_of(tmp_path / 'out')['recordings']
    assert [(r['name'], r['images']) for r in found] == [('bag /l', 6), ('bag /r', 4)]


def test_a_live_run_of_another_bag_is_refused(tmp_path, bundle, capsys):
    bag = write_bag(tmp_path / 'bag', {CAMERA: image_topic(scene(3))})
    row = ['5', 'key', 'first', '0', '3', *['1'] * 10]
    (tmp_path / 'timing.csv').write_text(','.join(FIELDS) + '\n' + ','.join(row) + '\n')
    assert run('--bundle', bundle, '--bag', bag, '--live', tmp_path, '-o', tmp_path / 'o') == 1
    assert 'give the bag that was played' in capsys.readouterr().err


@pytest.mark.parametrize('frames', [1, 2])
def test_the_shortest_bag_and_labels_that_do_not_count(tmp_path, bundle, frames):
    clip = scene(frames)
    void = [label_message(np.full((64, 96), 255, np.uint8), START_NS + n * PERIOD_NS)
            for n in range(frames)]  # fmt: skip
    bag = write_bag(tmp_path / 'bag', {CAMERA: image_topic(clip), LABELS: void})
    status = run('--bundle', bundle, '--bag', bag, '--label-topic', LABELS, '--intervals', '2',
                 '-o', tmp_path / 'out')  # fmt: skip
    assert status == 0
    report = report_of(tmp_path / 'out')
    assert [run['frames'] for run in report['runs']] == [frames, frames]
    assert report['runs'][0]['accuracy'] is None
    assert report['recommendation']['quality_is'] == 'agreement'


@pytest.mark.parametrize(
    'arguments, complaint',
    [
        (['--bag', 'BAG', '--topic', '/up'], 'no images on topic /up'),
        (['--bag', 'BAG', '--label-topic', '/up'], 'label topic /up'),
        (['--bag', 'missing'], 'there is no recording missing'),
        (['--bags', 'missing'], 'there is no folder missing'),
        (['--dataset', 'camvid'], 'belong together'),
        (['--dataset', 'camvid', '--data', 'missing'], 'holds no split'),
        (['--dataset', 'x', '--data', '.'], 'there is no data set'),
        (['--dataset', 'camvid', '--data', '.', '--topic', '/a'], 'leave those options out'),
        (['--bag', 'BAG', '--label-topic', '/a', '--labels', 'b'], 'two sources of labels'),
        (['--bag', 'BAG', '--jobs', '2'], 'several bags'),
        (['--bags', '.', '--live', 'x'], 'the one bag that was played'),
        (['--bag', 'BAG', '--live', 'missing'], 'record the live run again'),
        (['--bag', 'BAG', '--live', 'x', '--bundle', 'a', 'b'], 'a run of one bundle'),
    ],
)
def test_one_line_says_what_is_wrong(tmp_path, bundle, capsys, arguments, complaint):
    bag = str(write_bag(tmp_path / 'bag', {CAMERA: image_topic(scene(2))}))
    arguments = [bag if argument == 'BAG' else argument for argument in arguments]
    assert run('--bundle', bundle, *arguments, '-o', tmp_path / 'out') == 1
    said = capsys.readouterr().err.strip()
    assert complaint in said and '\n' not in said and said.startswith('accel-ros: ')


@pytest.mark.parametrize(
    'arguments',
    [['--intervals', '0'], ['--latency-budget', '-1'], ['--latency-budget', 'soon'],
     ['--jobs', '0'], ['--bags', 'b', '--bag', 'a'], []],
)  # fmt: skip
def test_wrong_arguments(tmp_path, capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        run(*arguments, '-o', tmp_path)
    assert ended.value.code == 2 and capsys.readouterr().err.count('\n') == 1
