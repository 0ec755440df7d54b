# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Images: ROS messages and files to arrays, arrays to the network's input, labels back."""

from accel_ros.images.blank import is_blank
from accel_ros.images.compressed import decode_compressed, decode_file
from accel_ros.images.convert import to_network_input, to_rgb
from accel_ros.images.encodings import ENCODINGS, Picture, encoding_named, size_of
from accel_ros.images.raw import decode
from accel_ros.images.resize import resize_labels
from accel_ros.images.thumbnail import thumbnail

__all__ = [
    'ENCODINGS',
    'Picture',
    'decode',
    'decode_compressed',
    'decode_file',
    'encoding_named',
    'is_blank',
    'resize_labels',
    'size_of',
    'thumbnail',
    'to_network_input',
    'to_rgb',
]
