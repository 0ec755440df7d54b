# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.recordings import damage_end, image_topic, write_bag, write_folder, write_video

from accel_ros import __version__, resources
from accel_ros.cli import main


@pytest.fixture
def folder(tmp_path, clip) -> Path:
    """A folder of eight images."""
    return write_folder(tmp_path / 'in', clip)


def complaint(capsys, *argv: object) -> str:
    """Run a command line that fails; return its one line."""
    try:
        status = main([str(word) for word in argv])
    except SystemExit as end:
        status = int(end.code or 0)
    streams = capsys.readouterr()
    assert status != 0 and streams.out == ''
    assert streams.err.startswith('accel-ros') and streams.err.count('\n') == 1
    return streams.err


def test_segment_as_users_call_it(tmp_path, folder, bundle_path):
    command = [sys.executable, '-m', 'accel_ros.cli', 'segment', '--bundle', bundle_path]
    command += ['--input', folder, '--output', tmp_path / 'out', '--interval', '4', '--overlay']
    command += ['--keyframe-mode', 'sync', '--policy', 'fixed', '--backend', 'onnxruntime']
    repository = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, cwd=repository, check=False)
    assert done.returncode == 0, done.stderr
    assert '2 key' in done.stdout and '6 update' in done.stdout and 'p95' in done.stdout
    assert 'frame/s' not in done.stderr  # a progress bar belongs on a terminal only
    assert len(list((tmp_path / 'out' / 'labels').iterdir())) == 8
    assert (tmp_path / 'out' / 'overlay.mp4').stat().st_size > 0
    assert json.loads((tmp_path / 'out' / 'timing.json').read_text())['interval'] == 4


def test_the_default_bundle_is_used(tmp_path, folder, bundle_path, monkeypatch, capsys):
    shutil.copytree(bundle_path, tmp_path / 'share' / 'models' / 'accel-lite')
    monkeypatch.setattr(resources, '_roots', lambda: iter([tmp_path / 'share']))
    assert main(['segment', '--input', str(folder), '--output', str(tmp_path / 'out')]) == 0
    assert 'tiny-accel' in capsys.readouterr().out


def frames(tmp_path, folder, bundle_path, *words: str) -> list[dict]:
    output = tmp_path / 'out'
    command = ['segment', '--bundle', bundle_path, '--input', folder, '--output', output, *words]
    assert main([str(word) for word in command]) == 0
    return json.loads((output / 'timing.json').read_text())['frames']


def test_keyframes_beside_the_updates_land_after_the_stated_delay(tmp_path, folder, bundle_path):
    words = ['--keyframe-mode', 'concurrent', '--interval', '3', '--keyframe-delay', '2']
    found = frames(tmp_path, folder, bundle_path, *words)
    assert [frame['landing'] for frame in found] == ['', '', '', '', '', 'landed', '', '']
    assert [frame['reason'] for frame in found] == [
        'first',
        '',
        '',
        'interval',
        '',
        '',
        'interval',
        '',
    ]
    assert [frame['frames_since_keyframe'] for frame in found] == [0, 1, 2, 3, 4, 2, 3, 4]


def test_the_policies_decide(tmp_path, clip, folder, bundle_path):
    still = write_folder(tmp_path / 'still', [clip[0]] * 8)
    for words, source, reasons in (
        (['--policy', 'adaptive', '--interval', '4'], still, ['first', 'interval']),
        (['--policy', 'adaptive', '--threshold', '0.1'], folder, ['first'] + ['change'] * 3),
        (
            ['--policy', 'deadline', '--share', '0', '--interval', '7'],
            folder,
            ['first', 'interval'],
        ),
        (['--policy', 'deadline', '--latency-ms', '60000'], folder, ['first'] + ['budget'] * 3),
    ):
        found = [frame['reason'] for frame in frames(tmp_path, source, bundle_path, *words)]
        assert [reason for reason in found if reason] == reasons


def test_a_topic_of_a_bag(tmp_path, clip, bundle_path, capsys):
    bag = write_bag(tmp_path / 'bag', {'/a': image_topic(clip[:2]), '/b': image_topic(clip)})
    words = ['segment', '--bundle', bundle_path, '--input', bag, '--output', tmp_path / 'out']
    assert '--topic' in complaint(capsys, *words)
    assert main([str(word) for word in [*words, '--topic', '/a']]) == 0
    assert len(list((tmp_path / 'out' / 'labels').iterdir())) == 2


@pytest.mark.parametrize(
    ('words', 'expected'),
    [
        (['--interval', '0'], 'use 1 (only keyframes) or more'),
        (['--interval', 'five'], "'five' is not a number of frames"),
        (['--output', ''], 'the path is empty'),
        (['--keyframe-mode', 'later'], 'choose from'),
        (['--keyframe-delay', '0'], 'use 1'),
        (['--policy', 'random'], 'choose from'),
        (['--threshold', 'much'], 'invalid float value'),
        (['--backend', 'cuda'], 'choose from'),
        (['--backend', 'tensorrt'], 'onnxruntime'),
        (['--bundle', '/nowhere'], 'no such folder'),
        (['--input', '/nowhere'], 'no input /nowhere'),
        (['--topic', '/image'], 'not a rosbag2'),
        (['--output', '/proc/none'], 'choose another output folder'),
        (['--unknown'], 'unrecognized arguments: --unknown'),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path, folder, bundle_path, capsys, words, expected):
    good = ['--bundle', bundle_path, '--input', folder, '--output', tmp_path / 'out']
    assert expected in complaint(capsys, 'segment', *good, *words)


def test_a_missing_option_and_a_missing_command(capsys):
    assert '--input' in complaint(capsys, 'segment', '--output', 'x')
    assert 'COMMAND' in complaint(capsys)


def test_the_input_is_never_overwritten(tmp_path, folder, bundle_path, capsys):
    (tmp_path / 'out').mkdir()
    folder.rename(tmp_path / 'out' / 'labels')
    words = ['--input', tmp_path / 'out' / 'labels', '--output', tmp_path / 'out']
    text = complaint(capsys, 'segment', '--bundle', bundle_path, *words)
    assert 'would overwrite the input' in text
    assert len(list((tmp_path / 'out' / 'labels').iterdir())) == 8


def test_an_interrupted_run(tmp_path, folder, bundle_path, capsys, monkeypatch):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr('accel_ros.commands.segment.open_engine', interrupt)
    words = ['--bundle', bundle_path, '--input', folder, '--output', tmp_path / 'out']
    assert 'interrupted' in complaint(capsys, 'segment', *words)


def test_help_and_version(capsys):
    for words in (['--help'], ['segment', '--help'], ['--version']):
        with pytest.raises(SystemExit) as end:
            main(words)
        assert end.value.code == 0
    assert __version__ in capsys.readouterr().out


def test_a_damaged_end_of_a_video_is_told(tmp_path, clip, bundle_path, capsys):
    video = damage_end(write_video(tmp_path / 'in.mp4', clip))
    words = ['--bundle', bundle_path, '--input', video, '--output', tmp_path / 'out']
    assert main(['segment', *map(str, words)]) == 0
    count = len(list((tmp_path / 'out' / 'labels').iterdir()))
    assert f'announces 8 frames and {count} can be read' in capsys.readouterr().out
