# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Import: the original's arrays become our network, or every misfit is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from support.golden import PARAMS
from support.mxnet_files import params_bytes
from support.narrow import narrow_network, narrow_widths

from accel_model.checkpoint import load_checkpoint
from accel_model.cli import main
from accel_model.import_mxnet import import_arrays
from accel_model.mxnet_merge import merge_files
from accel_model.mxnet_names import importable_variants, mxnet_names
from accel_model.mxnet_params import read_params
from accel_model.mxnet_widths import WeightsError
from accel_model.networks.accel import Accel
from accel_model.networks.variants import find

ACCEL18 = find('accel-18')


def to_mxnet(network: Accel) -> dict[str, np.ndarray]:
    """Return the arrays that the original would save."""
    names = mxnet_names(find(network.description.variant))
    state = network.state_dict()
    return {name: state[key].numpy() for key, name in names.items()}


@pytest.fixture(scope='module')
def arrays() -> dict[str, np.ndarray]:
    return read_params(PARAMS)


@pytest.mark.parametrize('variant', importable_variants())
def test_every_variant_comes_back_with_its_widths(variant: str) -> None:
    network = narrow_network(variant)
    back = import_arrays(to_mxnet(network), find(variant))
    due, found = narrow_widths(variant), back.description.widths
    if find(variant).update is None:
        due = replace(due, update_fc6=found.update_fc6)  # nothing to read it from
    if not find(variant).video:
        due = replace(due, flow=found.flow)
    assert found == due
    for key, value in network.state_dict().items():
        torch.testing.assert_close(back.state_dict()[key], value, rtol=0, atol=0)


def test_names_of_the_original(arrays: dict[str, np.ndarray]) -> None:
    names = mxnet_names(ACCEL18)
    assert names['reference.res3b1.branch2a.weight'] == 'arg:res3b1_branch2a_weight'
    assert names['reference.res3b1.bn_branch2a.running_var'] == 'aux:bn3b1_branch2a_moving_var'
    assert names['update_branch.stage1_unit1.bn1.weight'] == 'arg:18_stage1_unit1_bn1_gamma'
    assert names['flow.predict_flow2.bias'] == 'arg:Convolution5_bias'
    assert names['fusion.weight'] == 'arg:corr_weight'
    unused = arrays.keys() - set(names.values())
    assert unused == {
        'arg:18_bn_data_gamma',  # taken for 1
        'arg:Convolution5_scale_weight',
        'arg:Convolution5_scale_bias',
    }


def test_other_variants_of_the_same_file(arrays: dict[str, np.ndarray]) -> None:
    for variant in ('dff', 'deeplab-18'):
        assert import_arrays(arrays, find(variant)).description.variant == variant


def test_a_later_file_wins(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    bias = np.arange(19, dtype=np.float64)
    later = tmp_path / 'later.params'
    later.write_bytes(params_bytes({'arg:corr_bias': bias}, version=1))
    network = import_arrays(merge_files([PARAMS, later], ACCEL18), ACCEL18)
    np.testing.assert_array_equal(network.fusion.bias.detach().numpy(), bias)
    assert network.fusion.bias.dtype == torch.float32
    network = import_arrays(merge_files([later, PARAMS], ACCEL18), ACCEL18)
    np.testing.assert_array_equal(network.fusion.bias.detach().numpy(), arrays['arg:corr_bias'])


@pytest.mark.parametrize('variant', ['accel-18', 'accel-50', 'deeplab-50'])
def test_a_file_of_a_small_network_alone_needs_no_prefix(variant: str, tmp_path: Path) -> None:
    network = narrow_network(variant)
    own, rest = {}, {}
    prefixes = ('18_',) if variant == 'accel-18' else ('50_', 'curr_')
    for name, array in to_mxnet(network).items():
        kind, _, plain = name.partition(':')
        prefix = next((p for p in prefixes if plain.startswith(p)), None)
        (own if prefix else rest)[f'{kind}:{plain.removeprefix(prefix or "")}'] = array
    paths = [tmp_path / 'rest.params', tmp_path / 'own.params']
    for path, part in zip(paths, (rest, own)):
        path.write_bytes(params_bytes(part))
    back = import_arrays(merge_files(paths, find(variant)), find(variant)).state_dict()
    for key, value in network.state_dict().items():
        torch.testing.assert_close(back[key], value, rtol=0, atol=0)


def test_half_precision_is_read(arrays: dict[str, np.ndarray]) -> None:
    half = arrays | {'arg:corr_weight': arrays['arg:corr_weight'].astype(np.float16)}
    weight = import_arrays(half, ACCEL18).fusion.weight
    assert weight.dtype == torch.float32
    np.testing.assert_array_equal(weight.detach().numpy(), half['arg:corr_weight'])


def test_every_misfit_is_named(arrays: dict[str, np.ndarray]) -> None:
    wrong = dict(arrays)
    del wrong['arg:corr_bias'], wrong['aux:bn3b2_branch2c_moving_var']
    wrong['arg:conv1_bias'] = np.zeros(4, np.float32)
    wrong['arg:18_stage1_unit3_conv1_weight'] = np.zeros((4, 4, 3, 3), np.float32)
    wrong['arg:res4b23_branch2a_weight'] = np.zeros((4, 4, 1, 1), np.float32)
    with pytest.raises(WeightsError) as caught:
        import_arrays(wrong, ACCEL18)
    for part in (
        'missing arg:corr_bias',
        'missing aux:bn3b2_branch2c_moving_var',
        'surplus arg:conv1_bias',
        'surplus arg:18_stage1_unit3_conv1_weight',
        'surplus arg:res4b23_branch2a_weight',
    ):
        assert part in str(caught.value)


def test_shapes_and_types_are_checked(arrays: dict[str, np.ndarray]) -> None:
    wrong = arrays | {
        'arg:res3a_branch2b_weight': np.zeros((8, 8, 5, 5), np.float32),
        'arg:18_score_bias': np.zeros(19, np.int32),
        'arg:score_weight': np.zeros((21, 64, 1, 1), np.float32),
    }
    with pytest.raises(WeightsError) as caught:
        import_arrays(wrong, ACCEL18)
    for part in (
        'misshapen arg:res3a_branch2b_weight: (8, 8, 5, 5) where (8, 8, 3, 3) is due',
        'arg:18_score_bias holds int32 where floats are due',
        'misshapen arg:score_weight: (21, 64, 1, 1) where (19, 64, 1, 1) is due',
    ):
        assert part in str(caught.value)


def test_absurd_widths_take_no_memory(arrays: dict[str, np.ndarray]) -> None:
    huge = np.broadcast_to(np.float32(0), (1 << 15, 1 << 15, 1, 1))
    with pytest.raises(WeightsError, match='misshapen'):
        import_arrays(arrays | {'arg:fc6_weight': huge}, ACCEL18)
    with pytest.raises(WeightsError, match='misshapen arg:conv1_weight'):
        import_arrays(arrays | {'arg:conv1_weight': np.zeros(3, np.float32)}, ACCEL18)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / 'w.pt'
    assert main(['import-mxnet', str(PARAMS), '--variant', 'accel-18', '-o', str(output)]) == 0
    assert 'accel-18, 0.56 M parameters' in capsys.readouterr().out
    network = load_checkpoint(output)
    assert network.description.widths.flow.encoder == (4, 8, 16, 16, 32, 32, 32, 32, 64, 64)
    assert main(['import-mxnet', str(output), '--variant', 'accel-18', '-o', 'x']) == 1
    complaint = capsys.readouterr().err
    assert complaint.count('\n') == 1 and 'not an MXNet parameter file' in complaint
