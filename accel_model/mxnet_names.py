# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
How the original names what a network of ours holds.

Within a part, dots become underscores: `reference.res3b1.branch2a.weight` is
`arg:res3b1_branch2a_weight`. A batch normalisation of `res3b1` is `bn3b1`, and its four arrays
have MXNet's names. Parts that exist twice carry a prefix.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import torch

from accel_model.networks.variants import ALIASES, VARIANTS, Variant, build, find

#: Prefix of a trunk and of its head.
TRUNK_PREFIX = {
    'resnet-101': ('', ''),
    'resnet-50': ('50_', 'curr_'),
    'resnet-34': ('34_', '34_'),
    'resnet-18': ('18_', '18_'),
}

_BATCH_NORM = {
    'weight': 'arg:{}_gamma',
    'bias': 'arg:{}_beta',
    'running_mean': 'aux:{}_moving_mean',
    'running_var': 'aux:{}_moving_var',
}
_RENAMED = {
    'predict_flow6': 'Convolution1',
    'predict_flow5': 'Convolution2',
    'predict_flow4': 'Convolution3',
    'predict_flow3': 'Convolution4',
    'predict_flow2': 'Convolution5',
    'fusion': 'corr',
}


def importable_variants() -> list[str]:
    """Return the names of the variants that the original has, aliases too."""
    return [name for name in (*VARIANTS, *ALIASES) if find(name).reference in TRUNK_PREFIX]


def part_prefixes(variant: Variant) -> dict[str, str]:
    """Return the prefix of every part that a variant of the original may have."""
    trunk, head = TRUNK_PREFIX[variant.reference]
    prefixes = {'reference': trunk, 'head': head, 'upsampling': head, 'flow': '', 'fusion': ''}
    if variant.update is not None:
        trunk, head = TRUNK_PREFIX[variant.update]
        prefixes |= {'update_branch': trunk, 'update_head': head, 'update_upsampling': head}
    return prefixes


@cache
def mxnet_names(variant: Variant) -> Mapping[str, str]:
    """Return {state_dict key: full name in the original} of everything the original has."""
    prefixes = part_prefixes(variant)
    with torch.device('meta'):
        keys = build(variant).state_dict()
    counted = (key for key in keys if not key.endswith('num_batches_tracked'))
    return MappingProxyType({key: _mxnet_name(key, prefixes) for key in counted})


def layer_of(name: str) -> str:
    """Return `conv1` of `arg:conv1_weight`, `bn_conv1` of `aux:bn_conv1_moving_mean`."""
    return re.sub(r'_(weight|bias|gamma|beta|moving_mean|moving_var)$', '', name.partition(':')[2])


def _mxnet_name(key: str, prefixes: dict[str, str]) -> str:
    part, *layers, leaf = key.split('.')
    if not layers:  # a part that is one layer
        layers = [part.removeprefix('update_')]
    layer = '_'.join(_RENAMED.get(name, name) for name in layers)
    layer = prefixes[part] + re.sub(r'^res(\w+)_bn_', r'bn\1_', layer)
    if layers[-1].startswith('bn'):
        return _BATCH_NORM[leaf].format(layer)
    return f'arg:{layer}_{leaf}'
