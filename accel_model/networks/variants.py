# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
The variants of Accel: one description each, and how a network is built from it.

To add one: a line in `VARIANTS`; a new backbone is an entry in `backbones.BACKBONES`. Two
backbones that no variant combines need no line: `REFERENCE+UPDATE`, for example
`resnet-101+efficientnet-lite0`, is the name of Accel with these two branches, and
`efficientnet-lite2` that of the network which segments frame by frame with this backbone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from torch import nn

from accel_model.networks.accel import Accel, Upsampling
from accel_model.networks.backbones import BACKBONES, Backbone
from accel_model.networks.carry import Carry
from accel_model.networks.description import Description, Widths
from accel_model.networks.flownet import FlowNet, FlowWidths
from accel_model.networks.fusion import feature_fusion, score_fusion
from accel_model.networks.head import Head
from accel_model.networks.normalization import Renormalized
from accel_model.networks.pwcnet import PwcNet
from accel_model.networks.upsampling import BilinearUpsampling, TransposedUpsampling
from accel_ros.errors import AccelError


class FlowChoice(NamedTuple):
    """A flow network: how it is built from widths, stride and input scale; its own widths."""

    build: Callable[[FlowWidths, int, float], FlowNet | PwcNet]
    widths: FlowWidths


FLOWS = {
    'flownet-s': FlowChoice(FlowNet, FlowWidths()),
    'pwc-net': FlowChoice(PwcNet, FlowWidths((16, 32, 48, 64, 96), (48, 32, 24))),
}


class VariantError(AccelError, ValueError):
    """A variant that does not exist or cannot be built."""


@dataclass(frozen=True)
class Variant:
    """
    One network of the family. Strides, normalisation and upsampling follow from its backbones.

    :param reference: backbone of the reference network
    :param video: features are carried along the flow; False: frame by frame
    :param update: backbone of the update branch with score fusion
    :param feature_fusion: the reference network is its own update branch, fused on features
    :param flow: the flow network
    :param fade: scores are carried, and lose weight in the score fusion as they move, see `Carry`;
        only where the upsampling is plain, and not in the paper
    """

    name: str
    reference: str
    video: bool = True
    update: str | None = None
    feature_fusion: bool = False
    flow: str = 'flownet-s'
    fade: float | None = None


VARIANTS: dict[str, Variant] = {
    variant.name: variant
    for variant in (
        Variant('deeplab-18', 'resnet-18', video=False),
        Variant('deeplab-34', 'resnet-34', video=False),
        Variant('deeplab-50', 'resnet-50', video=False),
        Variant('deeplab-101', 'resnet-101', video=False),
        Variant('dff', 'resnet-101'),
        Variant('accel-18', 'resnet-101', update='resnet-18'),
        Variant('accel-34', 'resnet-101', update='resnet-34'),
        Variant('accel-50', 'resnet-101', update='resnet-50'),
        Variant('accel-101', 'resnet-101', feature_fusion=True),
        Variant(
            'accel-lite',
            'efficientnet-lite2',
            update='efficientnet-lite0',
            flow='pwc-net',
            fade=0.5,
        ),
    )
}

#: Other names that `find` knows.
ALIASES = {'frame': 'deeplab-101'}


def find(name: str) -> Variant:
    """
    Return the variant of that name, or that of one backbone or two, `REFERENCE+UPDATE`.

    :raises VariantError: lists the known names
    """
    name = ALIASES.get(name, name)
    if name in VARIANTS:
        return VARIANTS[name]
    if name in BACKBONES:
        return alone(name)
    reference, plus, update = name.partition('+')
    if plus and reference in BACKBONES and update in BACKBONES:
        return Variant(name, reference, update=update)
    raise VariantError(
        f'unknown variant {name!r}: choose one of {", ".join((*VARIANTS, *ALIASES))}, or '
        f'BACKBONE or REFERENCE+UPDATE with those of {", ".join(BACKBONES)}'
    )


def alone(backbone: str) -> Variant:
    """Return the variant that segments frame by frame with a backbone."""
    for variant in VARIANTS.values():
        if variant.reference == backbone and not variant.video:
            return variant
    return Variant(backbone, backbone, video=False)


def default_widths(variant: Variant) -> Widths:
    """Return the original widths of a variant."""
    reference, flow = BACKBONES[variant.reference], FLOWS[variant.flow].widths
    if variant.update is None:
        return Widths(reference.widths, fc6=reference.fc6, flow=flow)
    update = BACKBONES[variant.update]
    return Widths(reference.widths, update.widths, reference.fc6, update.fc6, flow)


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
    :raises VariantError: the flow network does not do for the reference network's stride
    """
    widths = widths or default_widths(variant)
    backbone = BACKBONES[variant.reference]
    reference = backbone.build(widths.reference)
    channels = _channels(reference)
    parts: dict[str, nn.Module] = {
        'reference': reference,
        'head': Head(channels, widths.fc6, num_classes),
        'upsampling': _upsampling(variant, backbone, num_classes),
    }
    fusion_kind = None
    if variant.video:
        parts['flow'] = _flow(variant, widths.flow)
    if variant.update is not None:
        fusion_kind = 'score'
        parts |= _update(variant, widths, num_classes)
    elif variant.feature_fusion:
        fusion_kind = 'feature'
        parts['fusion'] = feature_fusion(channels)
    return Accel(
        description=Description(variant.name, widths, num_classes, classes),
        normalization=backbone.normalization,
        fusion_kind=fusion_kind,
        carry=Carry(variant.fade),
        **parts,  # type: ignore[arg-type]
    )


def _update(variant: Variant, widths: Widths, num_classes: int) -> dict[str, nn.Module]:
    """Return the update branch, which sees the reference's data, and the score fusion."""
    assert variant.update is not None
    backbone = BACKBONES[variant.update]
    given = BACKBONES[variant.reference].normalization
    branch = backbone.build(widths.update)
    if backbone.normalization != given:
        branch = Renormalized(branch, given, backbone.normalization)
    return {
        'update_branch': branch,
        'update_head': Head(_channels(branch), widths.update_fc6, num_classes),
        'update_upsampling': _upsampling(variant, backbone, num_classes),
        'fusion': score_fusion(num_classes),
    }


def _flow(variant: Variant, widths: FlowWidths) -> FlowNet | PwcNet:
    """Return the flow network; the original's divides its data, mean-subtracted RGB, by 255."""
    reference = BACKBONES[variant.reference]
    scale = reference.normalization.std / 255.0
    try:
        return FLOWS[variant.flow].build(widths, reference.stride, scale)
    except ValueError as error:
        raise VariantError(
            f'variant {variant.name} cannot combine {variant.flow} with {variant.reference}: '
            f'{error}; choose another flow network, one of {", ".join(FLOWS)}'
        ) from error


def _channels(backbone: nn.Module) -> int:
    channels = backbone.out_channels
    assert isinstance(channels, int)
    return channels


def _upsampling(variant: Variant, backbone: Backbone, num_classes: int) -> Upsampling:
    """Return the original's upsampling, or the plain one where a branch does not allow it."""
    branches = [variant.reference, *([variant.update] if variant.update else [])]
    if all(BACKBONES[branch].covering for branch in branches):
        return TransposedUpsampling(num_classes, backbone.stride)
    return BilinearUpsampling()
