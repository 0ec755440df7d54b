# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Merge MXNet parameter files into the arrays of one variant, under the names it expects."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from accel_model.mxnet_names import TRUNK_PREFIX, layer_of, mxnet_names
from accel_model.mxnet_params import Array, read_params
from accel_model.networks.variants import Variant


def merge_files(paths: Sequence[Path], variant: Variant) -> dict[str, Array]:
    """
    Read files in order; a later file's arrays win.

    A file of a small network alone has no prefix on its names and gets it here; a head named
    after its trunk is copied to the name the variant uses (ResNet-50: `curr_`). The original's
    training does the same when it merges its files.
    """
    merged: dict[str, Array] = {}
    for path in paths:
        merged |= add_prefix(read_params(path), variant)
    return copy_heads(merged, variant)


def add_prefix(arrays: dict[str, Array], variant: Variant) -> dict[str, Array]:
    """
    Add a small network's prefix to the names of a file that holds that network alone.

    Such a file has layers that no other part of the variant has, and no prefix anywhere.
    """
    prefix, _ = TRUNK_PREFIX[variant.update or variant.reference]
    if not prefix or any(layer_of(name).startswith(prefix) for name in arrays):
        return arrays
    layers = {layer_of(name) for name in mxnet_names(variant).values()}
    telling = {layer.removeprefix(prefix) for layer in layers if layer.startswith(prefix)} - layers
    if not any(layer_of(name) in telling for name in arrays):
        return arrays
    return {_prefixed(name, prefix): array for name, array in arrays.items()}


def copy_heads(arrays: Mapping[str, Array], variant: Variant) -> dict[str, Array]:
    """Copy heads that carry their trunk's prefix to the prefix the variant expects."""
    copied = dict(arrays)
    for backbone in (variant.reference, variant.update):
        trunk, head = TRUNK_PREFIX[backbone] if backbone else ('', '')
        if trunk == head:
            continue
        for name in arrays:
            match = re.match(rf'arg:{trunk}((fc6|score|upsampling)_\w+)$', name)
            if match:
                copied.setdefault(f'arg:{head}{match[1]}', arrays[name])
    return copied


def _prefixed(name: str, prefix: str) -> str:
    kind, _, rest = name.partition(':')
    return f'{kind}:{prefix}{rest}'
