# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Read a variant's widths off the shapes of its arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from accel_model.mxnet_names import part_prefixes
from accel_model.mxnet_params import Array
from accel_model.networks.description import Widths
from accel_model.networks.flownet import FlowWidths
from accel_model.networks.variants import Variant
from accel_ros.errors import AccelError

_MAX_WIDTH = 1 << 16

# (layer, axis of its weight that counts the channels), in the order of the widths.
_RESNET = [('conv1', 0), *((f'res{s}a_branch2{b}', 0) for s in (2, 3, 4, 5) for b in 'ac')]
_SMALL_RESNET = [
    ('conv0', 0),
    *((f'stage{s}_unit1_conv1', 0) for s in (1, 2, 3)),
    ('res5a_branch2a', 0),
    ('feat_upsampling', 1),
]
_TRUNKS = {
    'resnet-101': _RESNET,
    'resnet-50': _RESNET,
    'resnet-34': _SMALL_RESNET,
    'resnet-18': _SMALL_RESNET,
}
_FLOW_ENCODER = [
    (layer, 0)
    for layer in (
        *('flow_conv1', 'conv2', 'conv3', 'conv3_1', 'conv4'),
        *('conv4_1', 'conv5', 'conv5_1', 'conv6', 'conv6_1'),
    )
]
_FLOW_DECODER = [(layer, 1) for layer in ('deconv5', 'deconv4', 'deconv3', 'deconv2')]


class WeightsError(AccelError):
    """Arrays that do not make up the variant."""


def read_widths(arrays: Mapping[str, Array], variant: Variant) -> Widths:
    """
    Return the channels of every layer that a variant leaves open.

    :param arrays: all arrays of the variant, by full MXNet name
    :raises WeightsError: one of them has no such axis, or an absurd size
    """

    def read(prefix: str, layers: list[tuple[str, int]]) -> tuple[int, ...]:
        return tuple(_width(arrays, prefix + layer, axis) for layer, axis in layers)

    prefixes = part_prefixes(variant)
    widths = Widths(
        reference=read(prefixes['reference'], _TRUNKS[variant.reference]),
        fc6=_width(arrays, prefixes['head'] + 'fc6', 0),
    )
    if variant.update is not None:
        update = read(prefixes['update_branch'], _TRUNKS[variant.update])
        update_fc6 = _width(arrays, prefixes['update_head'] + 'fc6', 0)
        widths = replace(widths, update=update, update_fc6=update_fc6)
    if variant.video:
        flow = FlowWidths(read('', _FLOW_ENCODER), read('', _FLOW_DECODER))
        widths = replace(widths, flow=flow)
    return widths


def _width(arrays: Mapping[str, Array], layer: str, axis: int) -> int:
    shape = arrays[f'arg:{layer}_weight'].shape
    if len(shape) != 4 or max(shape) > _MAX_WIDTH:
        raise WeightsError(
            f'misshapen arg:{layer}_weight: {shape} where four sizes of at most {_MAX_WIDTH} '
            f'are due; is it the file of another network?'
        )
    return shape[axis]
