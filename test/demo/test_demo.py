# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The demo as a user runs it, with a tiny network: its files, its figures, its ways to end."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import pytest
from support.bundles import write_bundle
from support.domains import isolated_domain
from support.shared import REPOSITORY

from accel_ros.images.resize import resize_image

FRAMES = 40


@pytest.fixture(scope='module')
def bundle(tmp_path_factory):
    return write_bundle(tmp_path_factory.mktemp('bundle'))


def start(*arguments):
    paths = (str(REPOSITORY / 'scripts' / 'bin'), os.environ['PATH'])
    return subprocess.Popen(
        [sys.executable, '-u', str(REPOSITORY / 'scripts' / 'demo.d'), *map(str, arguments)],
        env=os.environ | {'PATH': os.pathsep.join(paths)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture(scope='module')
def demo(bundle, tmp_path_factory):
    """The folder that a short demo left, and what it said."""
    folder = tmp_path_factory.mktemp('demo')
    with isolated_domain():
        process = start('--bundle', bundle, '--frames', FRAMES, '--output', folder)
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return folder, said


def test_every_frame_is_accounted_for(demo):
    folder, said = demo
    timing = json.loads((folder / 'timing.json').read_text())
    frames = timing['frames']
    assert timing['sent'] == FRAMES == timing['labelled'] + timing['dropped']
    assert len(frames) == timing['labelled'] > FRAMES / 4
    assert frames[0]['kind'] == 'key'
    assert {frame['kind'] for frame in frames} == {'key', 'update'}
    assert timing['node']['processed'] == timing['labelled']
    assert timing['node']['received'] <= FRAMES
    for kind in ('key', 'update'):
        count = sum(frame['kind'] == kind for frame in frames)
        assert timing['summary'][kind]['count'] == count
    for frame in frames:
        assert sum(frame['stages'].values()) <= frame['total_ms'] * 1.001
    for name, number in (('sent', FRAMES), ('labelled', len(frames))):
        assert re.search(rf'frames {name} +{number} ', said)
    assert f'frames dropped {timing["dropped"]:>7d} ' in said


def test_the_labels_are_those_of_the_frames(demo):
    folder, _ = demo
    frames = json.loads((folder / 'timing.json').read_text())['frames']
    names = [f'{frame["index"]:06d}.png' for frame in frames]
    assert sorted(path.name for path in (folder / 'labels').iterdir()) == names
    capture = cv2.VideoCapture(str(REPOSITORY / 'test/data/drive/solidWhiteRight.mp4'))
    clip = [capture.read()[1] for _ in range(FRAMES)]
    keys = [frame['index'] for frame in frames if frame['kind'] == 'key']
    for index in keys:
        labels = cv2.imread(str(folder / 'labels' / f'{index:06d}.png'), cv2.IMREAD_UNCHANGED)
        assert labels.shape == clip[index].shape[:2]
        small = resize_image(clip[index], (64, 96))
        expected = cv2.resize(
            small[..., 2] // 24, labels.shape[::-1], interpolation=cv2.INTER_NEAREST_EXACT
        )
        assert (labels == expected).mean() > 0.999


def test_film_and_contact_sheet_can_be_seen(demo):
    folder, _ = demo
    film = cv2.VideoCapture(str(folder / 'overlay.mp4'))
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) == FRAMES
    assert film.get(cv2.CAP_PROP_FPS) == 25
    seen = film.read()[1]
    assert seen.shape[1] == 1280 and seen.std() > 20
    assert cv2.imread(str(folder / 'contact_sheet.png')).std() > 20


def test_a_failed_step_names_itself(tmp_path):
    process = start('--bundle', tmp_path / 'nowhere', '--output', tmp_path)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "failed at step 'open the network and the clip'" in said
    assert 'Traceback' not in said


@pytest.mark.parametrize('how', [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_no_process(bundle, tmp_path, how):
    with isolated_domain():
        process = start('--bundle', bundle, '--output', tmp_path)
        for line in process.stdout:
            if '[3/4]' in line:
                break
        assert len(processes_about(tmp_path)) >= 1
        process.send_signal(how)
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 130
    assert "interrupted at step 'play" in said and 'Traceback' not in said
    end = time.monotonic() + 10
    while processes_about(tmp_path) and time.monotonic() < end:
        time.sleep(0.05)
    assert not processes_about(tmp_path)


def processes_about(folder):
    """The processes that write into a folder: the demo's children, whose logs are there."""
    found = []
    for process in Path('/proc').iterdir():
        try:
            if process.name.isdigit() and str(folder) in os.readlink(process / 'fd' / '1'):
                found.append(int(process.name))
        except OSError:
            continue
    return found
