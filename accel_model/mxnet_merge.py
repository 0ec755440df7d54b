# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Merge MXNet parameter files into one set of arrays, under the names the variants expect.

The original starts from three files: Deep Feature Flow with its FlowNet, DeepLab-101 (neither
has prefixes), and a small DeepLab, whose names get the prefix of its trunk. What it trained is
one file with all of that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from accel_model.mxnet_names import TRUNK_PREFIX, layer_of
from accel_model.mxnet_params import Array, read_params

#: A layer that gives a small network without prefixes away, to be looked for in this order.
_TELLING = {
    'resnet-50': 'res3b_branch2a',
    'resnet-34': 'stage1_unit3_conv1',
    'resnet-18': 'stage1_unit1_conv1',
}


def merge_files(paths: Sequence[Path]) -> dict[str, Array]:
    """
    Read files in order; a later file's arrays win.

    A file of a small network alone has no prefix on its names and gets it here; a head named
    after its trunk is copied to the name in use (ResNet-50: `curr_`). The original's
    training does the same when it merges its files.

    :raises ParamsError: a file cannot be read
    """
    merged: dict[str, Array] = {}
    for path in paths:
        arrays = read_params(path)
        small = small_network(arrays)
        if small is not None:
            arrays = _prefixed(arrays, TRUNK_PREFIX[small][0])
        merged |= copy_heads(arrays)
    return merged


def small_network(arrays: Mapping[str, Array]) -> str | None:
    """Return the backbone of a file that holds a small network alone, without prefixes."""
    layers = {layer_of(name) for name in arrays}
    return next((backbone for backbone, layer in _TELLING.items() if layer in layers), None)


def copy_heads(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Copy a head that carries its trunk's prefix to the prefix that the variants expect."""
    copied = dict(arrays)
    for trunk, head in TRUNK_PREFIX.values():
        for name in arrays if trunk != head else ():
            match = re.match(rf'arg:{trunk}((fc6|score|upsampling)_\w+)$', name)
            if match:
                copied.setdefault(f'arg:{head}{match[1]}', arrays[name])
    return copied


def _prefixed(arrays: Mapping[str, Array], prefix: str) -> dict[str, Array]:
    """Put the prefix in front of every name that lacks it."""
    renamed = {}
    for name, array in arrays.items():
        kind, _, layer = name.partition(':')
        renamed[f'{kind}:{prefix}{layer.removeprefix(prefix)}'] = array
    return renamed
