# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
How much memory the node takes around the network for one frame, in units of the image it got.

    python -m suite.copies HEIGHT WIDTH

prints one line of JSON. What shares the message's memory costs nothing; 1 is one copy.
"""

from __future__ import annotations

import json
import sys
import tracemalloc
from array import array
from collections.abc import Callable

import numpy as np
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from accel_ros.images import decode, resize_labels, to_network_input
from accel_ros.node import messages

BYTES = {'rgb8': 3, 'bgr8': 3, 'bgra8': 4, 'mono8': 1}


def count(size: tuple[int, int]) -> dict[str, float]:
    """Return the copies of an image of (height, width), by what is done."""
    height, width = size
    images = {name: _image(size, name) for name in BYTES}
    copies = {
        f'{name} to the network': _taken(lambda i=image: _read(i, size)) / len(image.data)
        for name, image in images.items()
    }
    image, half = images['rgb8'], (height // 2, width // 2)
    name = 'rgb8 to a network of half the size'
    copies[name] = _taken(lambda: _read(image, half)) / len(image.data)
    labels = np.zeros(size, np.uint8)
    copies['labels to their message'] = (
        _taken(lambda: messages.image(Header(), 'mono8', resize_labels(labels, size)))
        / labels.nbytes
    )
    return {name: round(value, 2) for name, value in copies.items()}


def _image(size: tuple[int, int], encoding: str) -> Image:
    height, width = size
    image = Image(height=height, width=width, encoding=encoding, step=BYTES[encoding] * width)
    image.data = array('B', bytes(height * image.step))
    return image


def _read(image: Image, size: tuple[int, int]) -> np.ndarray:
    picture = decode(image)
    return to_network_input(picture.pixels, picture.encoding, size, 'rgb')


def _taken(make: Callable[[], object]) -> int:
    """Return the most bytes in use at a time because of a call, its result included."""
    make()  # what is set up once does not count
    tracemalloc.start()
    result = make()
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del result
    return taken


if __name__ == '__main__':
    sys.stdout.write(json.dumps(count((int(sys.argv[1]), int(sys.argv[2])))) + '\n')
