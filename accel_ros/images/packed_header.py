# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What a JPEG or PNG says of itself, read before anything is unpacked.

JPEG: ITU-T T.81, annex B; PNG: ISO/IEC 15948, sections 5 and 11.
"""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

import numpy as np

from accel_ros.errors import ImageError

PNG_SIGNATURE = b'\x89PNG\r\n\x1a\n'
JPEG_SIGNATURE = b'\xff\xd8\xff'
JPEG_END = b'\xff\xd9'
# The frame headers; C4, C8 and CC between them are something else.
JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
JPEG_SCAN = 0xDA
JPEG_ALONE = {0x01, 0xFF, *range(0xD0, 0xD8)}  # without a length; FF fills gaps
MAX_SEGMENTS = 1000


class PackedHeader(NamedTuple):
    """Size in pixels, and whether the image has no colours."""

    height: int
    width: int
    grey: bool


def read_header(packed: np.ndarray) -> PackedHeader:
    """Return what a JPEG or PNG, u8 [n], says of itself.

    Raises ImageError for anything else, and for a JPEG without an end: some decoders make up what
    is missing.
    """
    data = np.ascontiguousarray(packed).data
    if data[:8] == PNG_SIGNATURE:
        return _png(data)
    if data[:3] == JPEG_SIGNATURE:
        return _jpeg(data)
    raise ImageError(
        f'the compressed image is neither JPEG nor PNG (it begins with {bytes(data[:4])!r}); '
        'let the camera send one of the two'
    )


def _png(data: memoryview) -> PackedHeader:
    """Read the chunk IHDR: length, name, width, height, depth, colour type, ..."""
    if len(data) < 26 or data[12:16] != b'IHDR':
        _damaged()
    width, height = _big_endian(data[16:20]), _big_endian(data[20:24])
    return PackedHeader(height, width, grey=data[25] in (0, 4))


def _jpeg(data: memoryview) -> PackedHeader:
    """Walk over the segments to the first scan; the frame header is one of them."""
    header, at = None, 2
    for _ in range(MAX_SEGMENTS):
        if at + 10 > len(data) or data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker in JPEG_ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in JPEG_FRAMES:
            sides = _big_endian(data[at + 5 : at + 7]), _big_endian(data[at + 7 : at + 9])
            header = PackedHeader(*sides, grey=data[at + 9] == 1)
        at += 2 + _big_endian(data[at + 2 : at + 4])
        if marker == JPEG_SCAN and header is not None and re.search(JPEG_END, data[at:]):
            return header
    _damaged()


def _big_endian(data: memoryview) -> int:
    return int.from_bytes(data, 'big')


def _damaged() -> NoReturn:
    raise ImageError(
        'the compressed image is damaged: it does not say its size, or its end is missing; '
        'the camera or the recording lost a part'
    )
