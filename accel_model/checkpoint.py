# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints: a network's weights together with all that is needed to build it again."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from accel_model.networks.accel import Accel
from accel_model.networks.description import Description, Widths
from accel_model.networks.flownet import FlowWidths
from accel_model.networks.variants import build, find
from accel_ros.errors import AccelError, one_line


class CheckpointError(AccelError):
    """A checkpoint that cannot be loaded."""


@dataclass(frozen=True)
class Saved:
    """
    What a file of weights holds.

    :param weights: by their names in the network
    :param description: of the network; None: these are parts of one
    """

    weights: dict[str, Tensor]
    description: Description | None


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
    write_whole(path, content)


def save_parts(path: Path, network: Accel, parts: Iterable[str]) -> None:
    """
    Write the weights of some parts ('flow', ...) of a network, whole or not at all.

    :raises OSError: the file cannot be written
    """
    wanted = tuple(f'{part}.' for part in parts)
    weights = network.state_dict().items()
    write_whole(path, {name: value.cpu() for name, value in weights if name.startswith(wanted)})


def write_whole(path: Path, content: Any) -> None:
    """
    Write what torch.load reads, whole or not at all, even if the machine loses its power.

    :raises OSError: the file cannot be written
    """
    partial = path.with_name(f'{path.name}.partial')
    try:
        with partial.open('wb') as file:
            torch.save(content, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the new name, too
    finally:
        os.close(folder)


def load_checkpoint(path: Path) -> Accel:
    """
    Build the network that a checkpoint describes and load its weights, in evaluation mode.

    :raises CheckpointError: the file is missing, damaged or not a checkpoint of this project
    """
    saved = read_weights(path)
    description = saved.description
    if description is None:
        raise CheckpointError(
            f'{path}: holds parts of a network and no whole one: give it to a training, as init'
        )
    try:
        network = build(
            find(description.variant),
            description.widths,
            description.num_classes,
            description.classes,
        )
        network.load_state_dict(saved.weights)
    except Exception as error:  # whatever a made-up description leads to
        raise _not_a_checkpoint(path, error) from error
    return network.eval()


def read_weights(path: Path) -> Saved:
    """
    Read the weights of a network or of parts of one, without building it.

    :raises CheckpointError: the file is missing, damaged or not of this project
    """
    try:
        content = torch.load(path, map_location='cpu', weights_only=True)
        if content and all(isinstance(value, Tensor) for value in content.values()):
            return Saved(content, None)
        return Saved(dict(content['state_dict']), _description(content))
    except FileNotFoundError:
        raise CheckpointError(f'{path}: there is no such file') from None
    except Exception as error:  # a damaged file makes torch.load raise almost anything
        raise _not_a_checkpoint(path, error) from error


def _not_a_checkpoint(path: Path, error: Exception) -> CheckpointError:
    return CheckpointError(
        f'{path}: not a checkpoint of accel-model ({one_line(error):.300}); '
        'make one with accel-model train or import-mxnet'
    )


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
