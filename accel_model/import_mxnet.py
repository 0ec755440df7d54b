# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-model import-mxnet`: a checkpoint from the original's MXNet parameter files."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from accel_model.checkpoint import save_checkpoint
from accel_model.mxnet_merge import merge_files
from accel_model.mxnet_names import importable_variants, layer_of, mxnet_names, part_prefixes
from accel_model.mxnet_params import Array
from accel_model.mxnet_widths import WeightsError, read_widths
from accel_model.networks.accel import Accel
from accel_model.networks.fusion import feature_fusion, score_fusion
from accel_model.networks.variants import Variant, build, find

_MAX_LISTED = 12


def import_arrays(arrays: Mapping[str, Array], variant: Variant) -> Accel:
    """
    Build a variant with the weights of the original, its widths read from the arrays.

    Arrays of layers that the variant does not have are ignored. A fusion that is not there starts
    as in the original's training.

    :param arrays: by full MXNet name (`arg:conv1_weight`)
    :raises WeightsError: names every array that is missing, misshapen or not made of floats,
        and every surplus one: of a layer, trunk or branch of the variant, but without a place
    """
    fusion = has_fusion(arrays)
    names = {
        key: name
        for key, name in mxnet_names(variant).items()
        if fusion or not key.startswith('fusion.')
    }
    problems = _missing(arrays, names)
    problems += [f'surplus {name}' for name in _surplus(arrays, set(names.values()), variant)]
    _raise_for(problems, variant)
    with torch.device('meta'):  # no memory before every shape is known to be right
        network = build(variant, read_widths(arrays, variant))
    for key, tensor in network.state_dict().items():
        if key in names:
            problems += _misfit(names[key], arrays[names[key]], tuple(tensor.shape))
    _raise_for(problems, variant)
    weights = _start(network)
    for key, name in names.items():
        weights[key] = torch.from_numpy(arrays[name].astype(np.float32))
    network.load_state_dict(weights, assign=True)
    return network.eval()


def has_fusion(arrays: Mapping[str, Array]) -> bool:
    """Return whether there is anything of a trained fusion."""
    return any(layer_of(name) == 'corr' for name in arrays)


def _start(network: Accel) -> dict[str, Tensor]:
    """Return what the original's files may lack: counters of batches, and an untrained fusion."""
    state = network.state_dict()
    weights = {
        key: torch.zeros(tensor.shape, dtype=tensor.dtype)
        for key, tensor in state.items()
        if key.endswith('num_batches_tracked')
    }
    if network.fusion is not None:
        make = score_fusion if network.fusion_kind == 'score' else feature_fusion
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            fusion = make(state['fusion.bias'].numel())
        weights |= {f'fusion.{key}': value for key, value in fusion.state_dict().items()}
    return weights


def _missing(arrays: Mapping[str, Array], names: Mapping[str, str]) -> list[str]:
    """Return the arrays that are not there, those of a part that is missing altogether as one."""
    problems = []
    for part in dict.fromkeys(key.partition('.')[0] for key in names):
        due = sorted(name for key, name in names.items() if key.startswith(f'{part}.'))
        lacking = [name for name in due if name not in arrays]
        if len(lacking) == len(due) > 1:
            problems.append(f'missing all {len(due)} arrays of {part} ({due[0]}, ...)')
        else:
            problems += [f'missing {name}' for name in lacking]
    return problems


def _misfit(name: str, array: Array, due: tuple[int, ...]) -> list[str]:
    if array.shape != due:
        return [f'misshapen {name}: {array.shape} where {due} is due']
    if array.dtype.kind != 'f':
        return [f'{name} holds {array.dtype} where floats are due']
    return []


def _raise_for(problems: list[str], variant: Variant) -> None:
    if not problems:
        return
    more = len(problems) - _MAX_LISTED
    shown = '; '.join(problems[:_MAX_LISTED]) + (f'; and {more} more' if more > 0 else '')
    raise WeightsError(
        f'the arrays do not make up {variant.name}: {shown}. '
        'Give every file of the variant, the ones that should win last'
    )


def _surplus(arrays: Mapping[str, Array], due: set[str], variant: Variant) -> list[str]:
    """Return the arrays that belong to the variant's layers, trunks or branch without a place."""
    prefixes = part_prefixes(variant)
    layers = {layer_of(name) for name in due}
    trunks = {prefixes[part] for part in ('reference', 'update_branch') if part in prefixes}
    own = {trunk + '(res|bn)[2-5]' for trunk in trunks}
    # ResNet-50's head may also be there under the trunk's prefix, so only 18_ and 34_ say it all.
    own |= trunks - {'', '50_'}
    pattern = re.compile('|'.join(sorted(own)))
    # The original takes this gamma for 1, whatever its file says.
    idle = {name[: -len('beta')] + 'gamma' for name in due if name.endswith('bn_data_beta')}
    return sorted(
        name
        for name in arrays.keys() - due - idle
        if layer_of(name) in layers or pattern.match(layer_of(name))
    )


def add_parser(subparsers: Any) -> None:
    """Add the sub-command to the command line."""
    parser = subparsers.add_parser(
        'import-mxnet',
        help="make a checkpoint from the original's MXNet parameter files",
        description='Read MXNet .params files (versions 0 to 3, dense) without MXNet and write '
        'a checkpoint. Widths are read from the arrays; arrays of other networks are ignored.',
    )
    parser.add_argument('params', type=Path, nargs='+', help='.params files; later files win')
    parser.add_argument('--variant', required=True, choices=importable_variants())
    parser.add_argument('-o', '--output', type=Path, required=True, help='checkpoint to write')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Import the files that the command line names."""
    variant = find(args.variant)
    arrays = merge_files(args.params)
    network = import_arrays(arrays, variant)
    save_checkpoint(args.output, network)
    count = sum(parameter.numel() for parameter in network.parameters())
    sys.stdout.write(f'{args.output}: {variant.name}, {count / 1e6:.2f} M parameters\n')
    if network.fusion is not None and not has_fusion(arrays):
        sys.stdout.write(
            'the files hold no fusion (corr_*): it starts anew and is to be trained\n'
        )
