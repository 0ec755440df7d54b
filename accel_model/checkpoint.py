# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints: a network's weights together with all that is needed to build it again."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from accel_model.networks.accel import Accel
from accel_model.networks.description import Description, Widths
from accel_model.networks.flownet import FlowWidths
from accel_model.networks.variants import build, find
from accel_ros.errors import AccelError, one_line


class CheckpointError(AccelError):
    """A checkpoint that cannot be loaded."""


def save_checkpoint(path: Path, network: Accel) -> None:
    """
    Write the weights and the description of a network to one file, whole or not at all.

    :raises OSError: the file cannot be written
    """
    description = network.description
    config = {'widths': asdict(description.widths), 'num_classes': description.num_classes}
    content = {
        'variant': description.variant,
        'config': config,
        'classes': description.classes,
        'state_dict': {key: value.cpu() for key, value in network.state_dict().items()},
    }
    partial = path.with_name(f'{path.name}.partial')
    try:
        with partial.open('wb') as file:
            torch.save(content, file)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def load_checkpoint(path: Path) -> Accel:
    """
    Build the network that a checkpoint describes and load its weights, in evaluation mode.

    :raises CheckpointError: the file is missing, damaged or not a checkpoint of this project
    """
    try:
        content = torch.load(path, map_location='cpu', weights_only=True)
        description = _description(content)
        network = build(
            find(description.variant),
            description.widths,
            description.num_classes,
            description.classes,
        )
        network.load_state_dict(content['state_dict'])
    except FileNotFoundError:
        raise CheckpointError(f'{path}: there is no such file') from None
    except Exception as error:  # a damaged file makes torch.load raise almost anything
        raise CheckpointError(
            f'{path}: not a checkpoint of accel-model ({one_line(error):.300}); '
            'make one with accel-model train or import-mxnet'
        ) from error
    return network.eval()


def _description(content: dict[str, Any]) -> Description:
    config = content['config']
    widths = config['widths']
    flow = FlowWidths(tuple(widths['flow']['encoder']), tuple(widths['flow']['decoder']))
    return Description(
        variant=content['variant'],
        widths=Widths(
            tuple(widths['reference']),
            tuple(widths['update']),
            widths['fc6'],
            widths['update_fc6'],
            flow,
        ),
        num_classes=config['num_classes'],
        classes=content['classes'],
    )
