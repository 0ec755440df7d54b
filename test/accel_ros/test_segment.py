# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import errno
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from support.bundles import Arithmetic
from support.recordings import image_topic, write_bag, write_folder, write_video

from accel_ros.errors import AccelError, SourceError
from accel_ros.segment import segment
from accel_ros.sources import open_source


def read_labels(output: Path) -> list[np.ndarray]:
    paths = sorted((output / 'labels').iterdir())
    assert [path.name for path in paths] == [f'{i:06d}.png' for i in range(len(paths))]
    images = [cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in paths]
    assert all(image.ndim == 2 and image.dtype == np.uint8 for image in images)
    return images


def by_hand(images: list[np.ndarray], interval: int) -> list[np.ndarray]:
    arithmetic = Arithmetic()
    return [
        arithmetic.update(image) if index % interval else arithmetic.keyframe(image)
        for index, image in enumerate(images)
    ]


@pytest.mark.parametrize('kind', ['folder', 'mcap', 'sqlite3'])
def test_labels_are_what_arithmetic_says(tmp_path, bundle, engine, clip, kind):
    if kind == 'folder':
        path = write_folder(tmp_path / 'in', clip)
    else:
        path = write_bag(tmp_path / 'in', {'/image': image_topic(clip, padding=2)}, kind)
    segment(bundle, engine, open_source(path), tmp_path / 'out', interval=3)
    labels = read_labels(tmp_path / 'out')
    for found, expected in zip(labels, by_hand(clip, 3), strict=True):
        assert np.array_equal(found, expected)
    assert not (tmp_path / 'out' / 'overlay.mp4').exists()


def test_a_video(tmp_path, bundle, engine, clip):
    path = write_video(tmp_path / 'in.mp4', clip)
    source = open_source(path)
    images = [frame.image[..., ::-1] for frame in source]
    timing = segment(bundle, engine, source, tmp_path / 'out', interval=2)
    for found, expected in zip(read_labels(tmp_path / 'out'), by_hand(images, 2), strict=True):
        assert np.array_equal(found, expected)
    assert [frame['stamp_ns'] for frame in timing['frames'][:3]] == [0, 40_000_000, 80_000_000]


def test_timing_tells_every_frame(tmp_path, bundle, engine, clip):
    source = open_source(write_folder(tmp_path / 'in', clip))
    result = segment(bundle, engine, source, tmp_path / 'out', interval=3)
    timing = json.loads((tmp_path / 'out' / 'timing.json').read_text())
    assert timing == result
    frames = timing['frames']
    assert [frame['index'] for frame in frames] == list(range(8))
    assert ''.join(frame['kind'][0] for frame in frames) == 'kuukuuku'
    assert [frames[i]['reason'] for i in (0, 1, 3)] == ['first', '', 'interval']
    assert [frame['frames_since_keyframe'] for frame in frames] == [0, 1, 2, 0, 1, 2, 0, 1]
    for frame in frames:
        stages = frame['stages']
        assert set(stages) == {'read_ms', 'convert_ms', 'infer_ms', 'write_ms'}
        assert all(ms > 0 for ms in stages.values())
        assert stages['convert_ms'] + stages['infer_ms'] <= frame['total_ms']
        assert (frame['drift'] is None) == (frame['kind'] == 'key')
    times = [frame['total_ms'] for frame in frames if frame['kind'] == 'update']
    summary = timing['summary']
    assert (summary['all']['count'], summary['key']['count']) == (8, 3)
    assert summary['update']['max'] == max(times)
    assert summary['update']['p50'] == pytest.approx(np.median(times))


def test_the_film_shows_labels_over_images(tmp_path, bundle, engine):
    image = np.full((64, 96, 3), (24 * 4, 30, 60), np.uint8)
    source = open_source(write_folder(tmp_path / 'in', [image] * 3))
    segment(bundle, engine, source, tmp_path / 'out', interval=1, film=True)
    capture = cv2.VideoCapture(str(tmp_path / 'out' / 'overlay.mp4'))
    assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == 3
    good, shown = capture.read()
    color = np.array(bundle.classes.classes[4].color)
    expected = (np.array([96, 30, 60]) + color) / 2
    assert good and np.abs(shown[..., ::-1].mean(axis=(0, 1)) - expected).max() < 4


def test_images_of_several_sizes_keep_their_sizes(tmp_path, bundle, engine):
    images = [np.full((h, 96, 3), 60, np.uint8) for h in (64, 64, 80, 80)]
    source = open_source(write_folder(tmp_path / 'in', images))
    timing = segment(bundle, engine, source, tmp_path / 'out', interval=9, film=True)
    assert [labels.shape[0] for labels in read_labels(tmp_path / 'out')] == [64, 64, 80, 80]
    assert [frame['reason'] for frame in timing['frames']] == ['first', '', 'size', '']


def test_an_earlier_result_is_replaced_and_nothing_else(tmp_path, bundle, engine, clip):
    output = tmp_path / 'out'
    source = open_source(write_folder(tmp_path / 'in', clip))
    segment(bundle, engine, source, output, interval=3, film=True)
    (output / 'notes.txt').write_text('mine')
    short = open_source(write_folder(tmp_path / 'short', clip[:2]))
    segment(bundle, engine, short, output, interval=3)
    assert len(read_labels(output)) == 2
    assert sorted(path.name for path in output.iterdir()) == ['labels', 'notes.txt', 'timing.json']


def test_an_unreadable_frame_ends_it_and_is_named(tmp_path, bundle, engine, clip):
    folder = write_folder(tmp_path / 'in', clip)
    (folder / 'frame5.png').write_bytes(b'')
    with pytest.raises(SourceError, match='frame5.png cannot be read'):
        segment(bundle, engine, open_source(folder), tmp_path / 'out', interval=3, film=True)
    assert len(read_labels(tmp_path / 'out')) == 5
    assert not (tmp_path / 'out' / 'timing.json').exists()


def test_an_output_that_cannot_be_written(tmp_path, bundle, engine, clip):
    (tmp_path / 'out').write_text('a file')
    source = open_source(write_folder(tmp_path / 'in', clip))
    with pytest.raises(AccelError, match='out cannot be written: .*choose another output'):
        segment(bundle, engine, source, tmp_path / 'out', interval=3)


def test_a_full_disk_is_named(tmp_path, bundle, engine, clip, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, 'No space left on device')

    source = open_source(write_folder(tmp_path / 'in', clip))
    monkeypatch.setattr(Path, 'write_bytes', full)
    with pytest.raises(AccelError, match='000000.png cannot be written: .*No space left'):
        segment(bundle, engine, source, tmp_path / 'out', interval=3)
