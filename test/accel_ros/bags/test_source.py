# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
import sys

import numpy as np
import pytest
from support.encodings import blocks, message
from support.recordings import (
    PERIOD_NS,
    START_NS,
    compressed_message,
    image_message,
    image_topic,
    stored_message,
    write_bag,
)

from accel_ros.errors import SourceError
from accel_ros.images import ENCODINGS, decode, to_rgb
from accel_ros.sources import open_source


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
@pytest.mark.parametrize('padding', [0, 6])
def test_images_with_the_stamps_of_their_headers(tmp_path, clip, storage, padding):
    topics = {'/camera/image_raw': image_topic(clip, padding)}
    source = open_source(write_bag(tmp_path / 'bag', topics, storage))
    assert source.count == len(clip)
    assert source.fps == pytest.approx(len(clip) / ((len(clip) - 1) * 0.04), rel=1e-6)
    frames = list(source)
    assert [f.stamp_ns for f in frames] == [START_NS + i * PERIOD_NS for i in range(len(clip))]
    for frame, image in zip(frames, clip, strict=True):
        assert frame.encoding == 'rgb8' and np.array_equal(frame.image, image)


@pytest.mark.parametrize(('storage', 'suffix'), [('mcap', '.mcap'), ('sqlite3', '.db3')])
def test_the_file_inside_a_bag_will_do(tmp_path, clip, storage, suffix):
    bag = write_bag(tmp_path / 'bag', {'/image': image_topic(clip)}, storage)
    (file,) = bag.glob(f'*{suffix}')
    assert len(list(open_source(file))) == len(clip)


def test_compressed_images(tmp_path, clip):
    messages = [compressed_message(image, START_NS) for image in clip]
    frames = list(open_source(write_bag(tmp_path / 'bag', {'/image/compressed': messages})))
    for frame, image in zip(frames, clip, strict=True):
        assert frame.stamp_ns == START_NS
        assert np.array_equal(to_rgb(frame.image, frame.encoding), image)


def test_every_encoding_is_read_as_the_node_reads_it(tmp_path):
    sent = [message(blocks(6, 8), name, padding=4, big_endian=True) for name in ENCODINGS]
    frames = open_source(write_bag(tmp_path / 'bag', {'/i': [stored_message(m) for m in sent]}))
    for frame, original in zip(frames, sent, strict=True):
        pixels, encoding = decode(original)
        assert frame.encoding == encoding and frame.size == (6, 8)
        assert np.array_equal(frame.image, pixels)


def test_a_topic_is_chosen_among_several(tmp_path, clip):
    topics = {'/left': image_topic(clip[:2]), '/right': image_topic(clip[2:5]), '/empty': []}
    bag = write_bag(tmp_path / 'bag', topics)
    with pytest.raises(SourceError, match='choose one with --topic; .*: /left, /right'):
        open_source(bag)
    assert np.array_equal(next(iter(open_source(bag, '/right'))).image, clip[2])
    with pytest.raises(SourceError, match='no images on topic /up; .*: /left, /right'):
        open_source(bag, '/up')


def test_other_topics_are_left_alone(tmp_path, clip):
    header = image_topic(clip[:1])[0].header
    topics = {'/image': image_topic(clip[:3]), '/header': [header] * 5}
    source = open_source(write_bag(tmp_path / 'bag', topics))
    assert source.count == len(list(source)) == 3


def test_a_bag_without_images(tmp_path, clip):
    bag = write_bag(tmp_path / 'bag', {'/header': [image_topic(clip)[0].header]})
    with pytest.raises(SourceError, match='no image messages'):
        open_source(bag)


def test_a_bad_message_is_named_with_its_reason(tmp_path, clip):
    messages = image_topic(clip[:2])
    messages.append(image_message(clip[2], START_NS, encoding='32FC1'))
    frames = iter(open_source(write_bag(tmp_path / 'bag', {'/image': messages})))
    next(frames), next(frames)
    with pytest.raises(SourceError, match="frame 2 of topic /image .*'32FC1' is not supported"):
        next(frames)


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
@pytest.mark.parametrize('keep', [0.0, 0.5])
def test_a_truncated_bag_gives_one_clear_error(tmp_path, clip, storage, keep):
    bag = write_bag(tmp_path / 'bag', {'/image': image_topic(clip)}, storage)
    (file,) = (path for path in bag.iterdir() if path.suffix in ('.mcap', '.db3'))
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(SourceError, match='cannot be read') as caught:
        list(open_source(bag))
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize('text', ['', '[', 'a: 1', 'rosbag2_bagfile_information: {version: 99}'])
def test_broken_metadata_gives_one_clear_error(tmp_path, text):
    (tmp_path / 'metadata.yaml').write_text(text)
    with pytest.raises(SourceError, match='cannot be read'):
        open_source(tmp_path)


def test_without_rosbags_it_says_how_to_install_it(tmp_path, clip, monkeypatch):
    bag = write_bag(tmp_path / 'bag', {'/image': image_topic(clip)})
    monkeypatch.setitem(sys.modules, 'rosbags.rosbag2', None)
    with pytest.raises(SourceError, match=r'pip install rosbags .*\[bag\]'):
        open_source(bag)
