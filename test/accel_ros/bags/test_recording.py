# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Every form of a bag is read, and of a damaged one what is left."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.recordings import START_NS, image_topic, join_bags, label_message, write_bag

from accel_ros.bags import Recording, frame_of
from accel_ros.bags.files import ZSTD
from accel_ros.bags.messages import stamp_of
from accel_ros.errors import SourceError

TOPIC = '/camera/image_raw'
SUFFIXES = {'.mcap', '.db3', '.zstd'}


def file_of(bag):
    [file] = [path for path in bag.iterdir() if path.suffix in SUFFIXES]
    return file


def read(path):
    """Return the red corner pixels of a bag's images, and what was noted."""
    notes = []
    recording = Recording(path, notes.append)
    return [frame_of(m).image[0, 0, 0] for m in recording.messages({TOPIC})], notes


@pytest.fixture
def long_clip():
    """Images that tell their number, of 0.5 MB each: a chunk of a bag holds two."""
    clip = list(np.random.default_rng(0).integers(0, 256, (12, 400, 400, 3), np.uint8))
    for number, image in enumerate(clip):
        image[0, 0] = number
    return clip


@pytest.mark.parametrize('compression', ['none', 'file', 'message', 'storage'])
@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_every_storage_and_compression(tmp_path, clip, storage, compression):
    if (storage, compression) == ('sqlite3', 'storage'):
        pytest.skip('sqlite3 has no compression of its own')
    bag = write_bag(tmp_path / 'bag', {TOPIC: image_topic(clip)}, storage, compression)
    recording = Recording(bag, pytest.fail)
    topic = recording.topics[TOPIC]
    assert (topic.kind, topic.count, topic.holds_images) == (
        'sensor_msgs/msg/Image', len(clip), True
    )  # fmt: skip
    messages = list(recording.messages({TOPIC}))
    assert messages[0].at_ns == stamp_of(messages[0]) == START_NS
    for message, image in zip(messages, clip, strict=True):
        assert np.array_equal(frame_of(message).image, image)


@pytest.mark.parametrize('compression', ['none', 'file'])
def test_a_split_bag_is_one(tmp_path, clip, compression):
    parts = [
        write_bag(tmp_path / name, {TOPIC: image_topic(images)}, compression=compression)
        for name, images in (('one', clip[:5]), ('two', clip[5:]))
    ]
    bag = join_bags(tmp_path / 'bag', *parts)
    assert read(bag) == ([image[0, 0, 0] for image in clip], [])
    (bag / 'bag_0.mcap').rename(bag / 'gone') if compression == 'none' else None
    if compression == 'none':
        values, notes = read(bag)
        assert values == [image[0, 0, 0] for image in clip[5:]]
        assert len(notes) == 1 and 'bag_0.mcap is missing' in notes[0]


def test_files_without_metadata(tmp_path, clip):
    bag = write_bag(tmp_path / 'bag', {TOPIC: image_topic(clip)})
    (bag / 'metadata.yaml').unlink()
    values, notes = read(bag)
    assert values == [image[0, 0, 0] for image in clip]
    assert len(notes) == 1 and 'ros2 bag reindex' in notes[0]


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
@pytest.mark.parametrize('metadata', [True, False])
def test_a_truncated_bag_gives_its_beginning(tmp_path, long_clip, storage, metadata):
    bag = write_bag(tmp_path / 'bag', {TOPIC: image_topic(long_clip)}, storage)
    content = file_of(bag).read_bytes()
    file_of(bag).write_bytes(content[: len(content) * 2 // 3])
    if not metadata:
        (bag / 'metadata.yaml').unlink()
    values, notes = read(bag)
    assert values == list(range(len(values))) and 4 <= len(values) <= 8
    assert any('is damaged' in note for note in notes)


def test_around_a_damaged_chunk_all_is_read(tmp_path, long_clip):
    bag = write_bag(tmp_path / 'bag', {TOPIC: image_topic(long_clip)}, compression='storage')
    content = bytearray(file_of(bag).read_bytes())
    content[content.index(ZSTD, len(content) // 3)] = 0  # the beginning of a chunk
    file_of(bag).write_bytes(content)
    values, notes = read(bag)
    assert values[0] == 0 and values[-1] == 11 and 8 <= len(values) < 12
    assert values == sorted(set(values))
    assert any('chunk' in note and 'damaged' in note for note in notes)


def test_a_truncated_compressed_file_gives_its_beginning(tmp_path, long_clip):
    bag = write_bag(tmp_path / 'bag', {TOPIC: image_topic(long_clip)}, compression='file')
    content = file_of(bag).read_bytes()
    file_of(bag).write_bytes(content[: len(content) * 2 // 3])
    values, notes = read(bag)
    assert values == list(range(len(values))) and len(values) >= 4
    assert notes


def test_an_empty_bag_says_so(tmp_path):
    with pytest.raises(SourceError, match='no messages that can be read'):
        Recording(write_bag(tmp_path / 'bag', {}), lambda note: None)


def test_labels_are_images_too(tmp_path):
    labels = np.arange(24, dtype=np.uint8).reshape(4, 6)
    bag = write_bag(tmp_path / 'bag', {'/labels': [label_message(labels, START_NS)]})
    [message] = Recording(bag, pytest.fail).messages({'/labels'})
    frame = frame_of(message)
    assert frame.encoding == 'mono8' and np.array_equal(frame.image, labels)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_damage_raises_anything_but_our_error(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp('damage')
    clip = [np.full((8, 8, 3), number, np.uint8) for number in range(4)]
    storage = data.draw(st.sampled_from(['mcap', 'sqlite3']))
    bag = write_bag(folder / 'bag', {TOPIC: image_topic(clip)}, storage)
    content = bytearray(file_of(bag).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    file_of(bag).write_bytes(content[:cut])
    if data.draw(st.booleans()):
        (bag / 'metadata.yaml').unlink()
    notes = []
    try:
        for message in Recording(bag, notes.append).messages({TOPIC}):
            assert message.topic == TOPIC
    except SourceError as error:
        assert '\n' not in str(error)
