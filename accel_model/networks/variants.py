# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
The variants of Accel: one description each, and how a network is built from it.

To add one: a line in `VARIANTS`; a new backbone is an entry in `BACKBONES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from torch import nn

from accel_model.networks import efficientnet
from accel_model.networks.accel import Accel, Normalization, Upsampling
from accel_model.networks.description import Description, Widths
from accel_model.networks.efficientnet import EfficientNetBranch
from accel_model.networks.flownet import FlowNet, FlowWidths
from accel_model.networks.head import Head
from accel_model.networks.pwcnet import PwcNet
from accel_model.networks.resnet import RESNET50, RESNET101, RESNET_WIDTHS, ResNet
from accel_model.networks.resnet_small import (
    RESNET18_UNITS,
    RESNET34_UNITS,
    SMALL_WIDTHS,
    SmallResNet,
)
from accel_model.networks.upsampling import BilinearUpsampling, TransposedUpsampling


@dataclass(frozen=True)
class Backbone:
    """
    A network from image data to features.

    :param build: widths -> module with an `out_channels`
    :param widths: the original widths, the default
    """

    build: Callable[[tuple[int, ...]], nn.Module]
    widths: tuple[int, ...]


BACKBONES: dict[str, Backbone] = {
    'resnet-101': Backbone(partial(ResNet, RESNET101), RESNET_WIDTHS),
    'resnet-50': Backbone(partial(ResNet, RESNET50), RESNET_WIDTHS),
    'resnet-34': Backbone(partial(SmallResNet, RESNET34_UNITS), SMALL_WIDTHS),
    'resnet-18': Backbone(partial(SmallResNet, RESNET18_UNITS), SMALL_WIDTHS),
    'efficientnet-lite2': Backbone(
        partial(EfficientNetBranch, 'efficientnet-lite2', 32, 1.5, 2), (128, 32)
    ),
    'efficientnet-lite0-half': Backbone(
        partial(EfficientNetBranch, 'efficientnet-lite0', 16, 0.5, 4), (96, 32)
    ),
}


FLOWS: dict[str, Callable[[FlowWidths, int, float], FlowNet | PwcNet]] = {
    'flownet-s': FlowNet,
    'pwc-net': PwcNet,
}


@dataclass(frozen=True)
class Variant:
    """
    One network of the family.

    :param reference: backbone of the reference network
    :param video: features are carried along the flow; False: frame by frame
    :param update: backbone of the update branch with score fusion
    :param feature_fusion: the reference network is its own update branch, fused on features
    :param stride: stride of state and scores, in image pixels
    :param upsampling: 'transposed' (the original) or 'bilinear'
    :param normalization: from RGB to network data
    :param flow: the flow network
    :param flow_scale: factor on the data before the flow network
    :param widths: the variant's own widths; None: those of its backbones
    """

    name: str
    reference: str
    video: bool = True
    update: str | None = None
    feature_fusion: bool = False
    stride: int = 16
    upsampling: str = 'transposed'
    normalization: Normalization = Normalization(mean=(123.15, 115.90, 103.06))
    flow: str = 'flownet-s'
    flow_scale: float = 1.0 / 255.0
    widths: Widths | None = None


_ACCEL = Variant('accel', 'resnet-101')

_ACCEL_LITE = Variant(
    'accel-lite',
    'efficientnet-lite2',
    update='efficientnet-lite0-half',
    stride=2,
    upsampling='bilinear',
    normalization=Normalization((efficientnet.MEAN,) * 3, (efficientnet.STD,) * 3),
    flow='pwc-net',
    flow_scale=efficientnet.STD / 255.0,
    widths=Widths(
        reference=(128, 32),
        update=(96, 32),
        fc6=48,
        update_fc6=48,
        flow=FlowWidths((16, 32, 48, 64, 96), (48, 32, 24)),
    ),
)

VARIANTS: dict[str, Variant] = {
    variant.name: variant
    for variant in (
        replace(_ACCEL, name='frame', video=False),
        replace(_ACCEL, name='dff'),
        replace(_ACCEL, name='accel-18', update='resnet-18'),
        replace(_ACCEL, name='accel-34', update='resnet-34'),
        replace(_ACCEL, name='accel-50', update='resnet-50'),
        replace(_ACCEL, name='accel-101', feature_fusion=True),
        replace(_ACCEL, name='deeplab-18', reference='resnet-18', video=False),
        replace(_ACCEL, name='deeplab-34', reference='resnet-34', video=False),
        replace(_ACCEL, name='deeplab-50', reference='resnet-50', video=False),
        _ACCEL_LITE,
    )
}


def find(name: str) -> Variant:
    """Return the variant of that name; ValueError lists the known ones."""
    if name not in VARIANTS:
        raise ValueError(f'unknown variant {name!r}: choose one of {", ".join(VARIANTS)}')
    return VARIANTS[name]


def default_widths(variant: Variant) -> Widths:
    """Return the original widths of a variant."""
    if variant.widths is not None:
        return variant.widths
    update = BACKBONES[variant.update].widths if variant.update else ()
    return Widths(reference=BACKBONES[variant.reference].widths, update=update)


def build(
    variant: Variant,
    widths: Widths | None = None,
    num_classes: int = 19,
    classes: str = 'cityscapes',
) -> Accel:
    """
    Build the untrained network of a variant.

    :param widths: channels of every layer; None: the variant's own
    :param classes: name of the class table that the scores refer to
    """
    widths = widths or default_widths(variant)
    reference = BACKBONES[variant.reference].build(widths.reference)
    parts: dict[str, nn.Module] = {
        'reference': reference,
        'head': Head(_channels(reference), widths.fc6, num_classes),
        'upsampling': _upsampling(variant, num_classes),
    }
    if variant.video:
        parts['flow'] = FLOWS[variant.flow](widths.flow, variant.stride, variant.flow_scale)
    fusion_kind = None
    if variant.update is not None:
        fusion_kind = 'score'
        branch = BACKBONES[variant.update].build(widths.update)
        parts['update_branch'] = branch
        parts['update_head'] = Head(_channels(branch), widths.update_fc6, num_classes)
        parts['update_upsampling'] = _upsampling(variant, num_classes)
        parts['fusion'] = nn.Conv2d(2 * num_classes, num_classes, 1)
    elif variant.feature_fusion:
        fusion_kind = 'feature'
        channels = _channels(reference)
        parts['fusion'] = nn.Conv2d(2 * channels, channels, 1)
    return Accel(
        description=Description(variant.name, widths, num_classes, classes),
        normalization=variant.normalization,
        fusion_kind=fusion_kind,
        **parts,  # type: ignore[arg-type]
    )


def _channels(backbone: nn.Module) -> int:
    channels = backbone.out_channels
    assert isinstance(channels, int)
    return channels


def _upsampling(variant: Variant, num_classes: int) -> Upsampling:
    if variant.upsampling == 'bilinear':
        return BilinearUpsampling()
    return TransposedUpsampling(num_classes, variant.stride)
