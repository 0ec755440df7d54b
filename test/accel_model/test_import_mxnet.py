# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Import: the original's arrays become our network, or every misfit is named."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from support.golden import PARAMS, full_recordings
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
from benchmarks.inference_parity import load_network

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


@pytest.mark.parametrize('version', ['18', '34', '50', '101'])
def test_every_array_of_the_original_has_its_place(version: str) -> None:
    golden = full_recordings()
    shapes = json.loads((golden / 'report_w16_64x128_s7.json').read_text())[version]['shapes']
    names = mxnet_names(find(f'accel-{version}'))
    unused = {'arg:Convolution5_scale_weight', 'arg:Convolution5_scale_bias'}
    unused |= {f'arg:{version}_bn_data_gamma'} if version in ('18', '34') else set()
    assert set(shapes) - set(names.values()) == unused
    state = load_network(golden, version, 's7').state_dict()
    assert {name: list(state[key].shape) for key, name in names.items()} == {
        name: shape for name, shape in shapes.items() if name not in unused
    }


def test_other_variants_of_the_same_file(arrays: dict[str, np.ndarray]) -> None:
    for variant in ('dff', 'deeplab-18'):
        assert import_arrays(arrays, find(variant)).description.variant == variant


def test_a_later_file_wins(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    bias = np.arange(19, dtype=np.float64)
    later = tmp_path / 'later.params'
    later.write_bytes(params_bytes({'arg:corr_bias': bias}, version=1))
    network = import_arrays(merge_files([PARAMS, later]), ACCEL18)
    np.testing.assert_array_equal(network.fusion.bias.detach().numpy(), bias)
    assert network.fusion.bias.dtype == torch.float32
    network = import_arrays(merge_files([later, PARAMS]), ACCEL18)
    np.testing.assert_array_equal(network.fusion.bias.detach().numpy(), arrays['arg:corr_bias'])


def plain(name: str, *prefixes: str) -> str:
    """Return a name without the first of the prefixes that it has."""
    kind, _, layer = name.partition(':')
    prefix = next((prefix for prefix in prefixes if layer.startswith(prefix)), '')
    return f'{kind}:{layer.removeprefix(prefix)}'


def authors_files(version: str, folder: Path) -> tuple[list[Path], Accel]:
    """Write the three files that the original's training starts from; return the network too."""
    network = narrow_network(f'accel-{version}')
    names = mxnet_names(find(f'accel-{version}'))
    state = {key: value.numpy() for key, value in network.state_dict().items()}

    def part(*parts: str) -> dict[str, np.ndarray]:
        return {n: state[k] for k, n in names.items() if k.partition('.')[0] in parts}

    deeplab101 = part('reference', 'head', 'upsampling')
    base = {name: np.full_like(array, 7) for name, array in deeplab101.items()}  # of R-FCN
    base |= part('flow') | {
        'arg:Convolution5_scale_weight': np.zeros((1024, 194, 1, 1), np.float32),
        'arg:rpn_conv_3x3_weight': np.zeros((512, 512, 3, 3), np.float32),
        'arg:rfcn_cls_weight': np.zeros((1519, 512, 1, 1), np.float32),
        'arg:rfcn_bbox_weight_test': np.zeros((392, 512, 1, 1), np.float32),
    }
    files = {'rfcn_dff_flownet': base, 'deeplab-101': deeplab101}
    if version != '101':
        small = part('update_branch', 'update_head', 'update_upsampling')
        prefixes = (f'{version}_', 'curr_')
        files['small'] = {plain(name, *prefixes): array for name, array in small.items()}
    for name, arrays in files.items():
        (folder / f'{name}.params').write_bytes(params_bytes(arrays, version=0))
    return [folder / f'{name}.params' for name in files], network


@pytest.mark.parametrize('version', ['18', '34', '50', '101'])
def test_the_files_that_training_starts_from(version: str, tmp_path: Path) -> None:
    paths, network = authors_files(version, tmp_path)
    arrays = merge_files(paths)
    due = network.state_dict()
    for name in (f'accel-{version}', 'dff', 'frame', f'deeplab-{version}'):
        found = import_arrays(arrays, find(name))
        for key, value in found.state_dict().items():
            source = key
            if name == f'deeplab-{version}' and version != '101':
                source = re.sub('^reference', 'update_branch', key)
                source = re.sub('^(head|upsampling)', r'update_\1', source)
            if not key.startswith('fusion.'):
                torch.testing.assert_close(value, due[source], rtol=0, atol=0)
        assert found.state_dict().keys() >= {
            'reference.' + k for k in found.reference.state_dict()
        }


def test_a_fusion_that_is_not_there_starts_as_published(tmp_path: Path) -> None:
    paths, _ = authors_files('101', tmp_path)
    arrays = merge_files(paths)
    network, alone = (import_arrays(arrays, find(name)) for name in ('accel-101', 'deeplab-101'))
    data = [network.normalize(torch.rand(1, 3, 64, 96) * 255) for _ in range(2)]
    with torch.no_grad():
        update = network.update(data[1], data[0], network.keyframe(data[0])[1])
        torch.testing.assert_close(update.scores, alone.keyframe(data[1])[0])
    (tmp_path / 'scores').mkdir()
    paths, _ = authors_files('18', tmp_path / 'scores')
    fusion = import_arrays(merge_files(paths), ACCEL18).fusion
    assert 0.008 < fusion.weight.std() < 0.012 and not fusion.bias.any()


def test_the_newest_head_of_resnet_50_wins(tmp_path: Path) -> None:
    whole = to_mxnet(narrow_network('accel-50', seed=1))
    (tmp_path / 'whole.params').write_bytes(params_bytes(whole))
    paths, network = authors_files('50', tmp_path)
    for files, due in (
        ([tmp_path / 'whole.params', paths[-1]], network.update_head.score.weight.numpy()),
        ([paths[-1], tmp_path / 'whole.params'], whole['arg:curr_score_weight']),
    ):
        found = import_arrays(merge_files(files), find('accel-50'))
        np.testing.assert_array_equal(found.update_head.score.weight.detach().numpy(), due)


def test_a_part_that_is_not_there_is_one_complaint(tmp_path: Path) -> None:
    paths, _ = authors_files('34', tmp_path)
    with pytest.raises(WeightsError) as caught:
        import_arrays(merge_files(paths[1:]), ACCEL18)
    complaint = str(caught.value)
    assert 'missing all 46 arrays of flow (arg:Convolution1_bias, ...)' in complaint
    assert 'missing all 101 arrays of update_branch (arg:18_bn0_beta, ...)' in complaint
    assert complaint.count('missing') == 4


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
