# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Write MXNet parameter files, every version, as MXNet lays them out."""

from __future__ import annotations

import struct
from collections.abc import Mapping

import numpy as np

V1, V2, V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
TYPES = {'float32': 0, 'float64': 1, 'float16': 2, 'uint8': 3, 'int32': 4, 'int8': 5, 'int64': 6}


def array_bytes(array: np.ndarray, version: int) -> bytes:
    """One array; version 0, 1, 2 or 3."""
    shape = array.shape
    if version == 0:
        head = struct.pack(f'<I{len(shape)}I', len(shape), *shape)
    else:
        magic = struct.pack('<I', (V1, V2, V3)[version - 1])
        storage = struct.pack('<i', 0) if version > 1 else b''
        head = magic + storage + struct.pack(f'<I{len(shape)}q', len(shape), *shape)
    device_and_type = struct.pack('<iii', 2, 0, TYPES[str(array.dtype)])
    return head + device_and_type + array.tobytes()


def params_bytes(arrays: Mapping[str, np.ndarray], version: int = 2) -> bytes:
    """A whole file of named arrays."""
    parts = [struct.pack('<QQQ', 0x112, 0, len(arrays))]
    parts += [array_bytes(array, version) for array in arrays.values()]
    parts.append(struct.pack('<Q', len(arrays)))
    parts += [struct.pack('<Q', len(name)) + name.encode() for name in arrays]
    return b''.join(parts)
