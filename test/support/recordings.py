# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Real recordings of given images: folders, videos and rosbag2 bags."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import yaml
from rosbags.interfaces import Qos
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

TYPES = get_typestore(Stores.ROS2_HUMBLE)
PERIOD_NS = 40_000_000
START_NS = 1_700_000_000_123_456_789


def write_folder(folder: Path, images: Sequence[np.ndarray]) -> Path:
    """Write images (rgb) as PNG files whose numbers are not padded."""
    folder.mkdir(parents=True)
    for index, image in enumerate(images):
        cv2.imwrite(str(folder / f'frame{index}.png'), image[..., ::-1])
    return folder


def write_video(path: Path, images: Sequence[np.ndarray], fps: float = 25.0) -> Path:
    """Write images (rgb) as a film."""
    height, width = images[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*'mp4v'), fps, (width, height))
    assert writer.isOpened()
    for image in images:
        writer.write(np.ascontiguousarray(image[..., ::-1]))
    writer.release()
    return path


def damage_end(video: Path) -> Path:
    """Wipe the last part of a video's frames, but not its table of contents."""
    content = bytearray(video.read_bytes())
    start, end = content.index(b'mdat') + 4, content.index(b'moov') - 8
    wiped = start + (end - start) * 4 // 5
    content[wiped:end] = bytes(end - wiped)
    video.write_bytes(content)
    return video


def image_message(image: np.ndarray, stamp_ns: int, encoding: str = 'rgb8', padding: int = 0):
    """Return a sensor_msgs/Image of pixels [h, w, channels], its rows padded."""
    rows = np.pad(image.reshape(len(image), -1), ((0, 0), (0, padding)), constant_values=255)
    return TYPES.types['sensor_msgs/msg/Image'](
        header=_header(stamp_ns),
        height=image.shape[0],
        width=image.shape[1],
        encoding=encoding,
        is_bigendian=0,
        step=rows.shape[1],
        data=rows.ravel(),
    )


def stored_message(fields: SimpleNamespace):
    """Return a sensor_msgs/Image with the fields that `encodings.message` gives."""
    data = np.frombuffer(fields.data, np.uint8)
    return TYPES.types['sensor_msgs/msg/Image'](
        **vars(fields) | {'header': _header(START_NS), 'data': data}
    )


def compressed_message(image: np.ndarray, stamp_ns: int):
    """Return a sensor_msgs/CompressedImage (png) of pixels [h, w, 3] (rgb)."""
    packed = cv2.imencode('.png', np.ascontiguousarray(image[..., ::-1]))[1].ravel()
    return TYPES.types['sensor_msgs/msg/CompressedImage'](_header(stamp_ns), 'png', packed)


def write_bag(
    path: Path,
    topics: dict[str, Sequence],
    storage: str = 'mcap',
    compression: str = 'none',
    profiles: Mapping[str, Sequence[Qos]] | None = None,
) -> Path:
    """Write a bag of messages by topic; all of a topic are of one type.

    `compression` is none, file or message (by rosbag2), or storage (by mcap); `profiles` are the
    QoS of a topic's publishers.
    """
    writer = Writer(path, version=9, storage_plugin=StoragePlugin[storage.upper()])
    writer.set_compression(CompressionMode[compression.upper()], CompressionFormat.ZSTD)
    with writer:
        for topic, messages in topics.items():
            kind = messages[0].__msgtype__ if messages else 'sensor_msgs/msg/Image'
            connection = writer.add_connection(
                topic, kind, typestore=TYPES, offered_qos_profiles=(profiles or {}).get(topic, ())
            )
            for index, message in enumerate(messages):
                data = TYPES.serialize_cdr(message, kind)
                writer.write(connection, START_NS + index * PERIOD_NS, data)
    return path


def join_bags(path: Path, *parts: Path) -> Path:
    """Make one bag of several files out of bags that were recorded one after the other."""
    path.mkdir()
    key = 'rosbag2_bagfile_information'
    whole: dict = {}
    for number, part in enumerate(parts):
        content = yaml.safe_load((part / 'metadata.yaml').read_text())[key]
        [name] = content['relative_file_paths']
        split = f'{path.name}_{number}{"".join(Path(name).suffixes)}'
        shutil.copy(part / name, path / split)
        content['relative_file_paths'] = [split]
        if whole:
            whole['relative_file_paths'].append(split)
            for mine, theirs in zip(
                whole['topics_with_message_count'], content['topics_with_message_count']
            ):
                mine['message_count'] += theirs['message_count']
        else:
            whole = content
    (path / 'metadata.yaml').write_text(yaml.safe_dump({key: whole}))
    return path


def label_message(labels: np.ndarray, stamp_ns: int):
    """Return a mono8 sensor_msgs/Image of class ids [h, w]."""
    return image_message(labels[..., None], stamp_ns, encoding='mono8')


def image_topic(images: Sequence[np.ndarray], padding: int = 0) -> list:
    """Return images (rgb) as messages, stamped from START_NS."""
    return [
        image_message(image, START_NS + index * PERIOD_NS, padding=padding)
        for index, image in enumerate(images)
    ]


def _header(stamp_ns: int):
    time = TYPES.types['builtin_interfaces/msg/Time'](*divmod(stamp_ns, 10**9))
    return TYPES.types['std_msgs/msg/Header'](stamp=time, frame_id='camera_optical')
