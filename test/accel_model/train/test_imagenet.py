# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""torchvision's ResNets become trunks: names, shapes, and the same values where trunks agree."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from support.narrow import RESNET, SMALL
from torch import nn

from accel_model.networks.backbones import BACKBONES
from accel_model.train.imagenet import MEAN, STD, fill_trunk, load_torchvision
from accel_model.train.settings import ConfigError

UNITS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3)}
ORIGINAL = (64, 128, 256, 512)


def torchvision_state(depth, stem, inner, outer, device='cpu'):
    """The names and shapes of torchvision's resnet18, 34, 50 and 101, values random."""
    torch.manual_seed(depth)
    state = {}

    def conv(name, outputs, inputs, kernel):
        weight = torch.randn(outputs, inputs, kernel, kernel, device=device)
        state[f'{name}.weight'] = weight * (2 / (inputs * kernel**2)) ** 0.5

    def norm(name, channels):
        for key in ('weight', 'running_var'):
            state[f'{name}.{key}'] = torch.rand(channels, device=device) + 0.5
        for key in ('bias', 'running_mean'):
            state[f'{name}.{key}'] = torch.randn(channels, device=device) / 4
        state[f'{name}.num_batches_tracked'] = torch.tensor(0, device=device)

    conv('conv1', stem, 3, 7)
    norm('bn1', stem)
    inputs = stem
    for layer, units in enumerate(UNITS[depth]):
        a, b = inner[layer], outer[layer]
        for index in range(units):
            name = f'layer{layer + 1}.{index}'
            if depth >= 50:
                shapes = ((a, inputs, 1), (a, a, 3), (b, a, 1))
            else:
                shapes = ((b, inputs, 3), (b, b, 3))
            for number, shape in enumerate(shapes, 1):
                conv(f'{name}.conv{number}', *shape)
                norm(f'{name}.bn{number}', shape[0])
            if index == 0 and (depth >= 50 or layer > 0):
                conv(f'{name}.downsample.0', b, inputs, 1)
                norm(f'{name}.downsample.1', b)
            inputs = b
    state['fc.weight'] = torch.zeros(1000, inputs, device=device)
    state['fc.bias'] = torch.zeros(1000, device=device)
    return state


def narrow_state(depth):
    if depth >= 50:
        return torchvision_state(depth, RESNET[0], RESNET[1::2], RESNET[2::2])
    return torchvision_state(depth, SMALL[0], SMALL[1:5], SMALL[1:5])


def narrow_trunk(depth):
    torch.manual_seed(0)
    widths = RESNET if depth >= 50 else SMALL
    return BACKBONES[f'resnet-{depth}'].build(widths).eval()


def normalization(depth):
    return BACKBONES[f'resnet-{depth}'].normalization


@pytest.mark.parametrize('depth', UNITS)
def test_names_and_shapes_at_full_width(depth):
    inner = ORIGINAL
    outer = tuple(4 * width for width in ORIGINAL) if depth >= 50 else ORIGINAL
    with torch.device('meta'):
        trunk = BACKBONES[f'resnet-{depth}'].build(BACKBONES[f'resnet-{depth}'].widths)
    state = torchvision_state(depth, 64, inner, outer, 'meta')
    parameters = sum(value.numel() for name, value in state.items() if 'running' not in name)
    counts = {18: 11689512, 34: 21797672, 50: 25557032, 101: 44549160}  # torchvision's page
    tracked = sum('num_batches' in name for name in state)
    assert parameters - tracked == counts[depth]
    fill_trunk(trunk, normalization(depth), state)


def images():
    generator = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (1, 3, 65, 97), generator=generator).float()


def norm(x, state, name):
    keys = ('running_mean', 'running_var', 'weight', 'bias')
    return F.batch_norm(x, *(state[f'{name}.{key}'] for key in keys), eps=1e-5)


def stem(image, state):
    """torchvision's, as far as bn1 and ReLU."""
    planes = [torch.tensor(values)[:, None, None] for values in (MEAN, STD)]
    data = (image / 255 - planes[0]) / planes[1]
    return torch.relu(norm(F.conv2d(data, state['conv1.weight'], None, 2, 3), state, 'bn1'))


@pytest.mark.parametrize('depth', UNITS)
@torch.no_grad()
def test_the_stem_sees_what_torchvisions_sees(depth):
    state, trunk = narrow_state(depth), narrow_trunk(depth)
    fill_trunk(trunk, normalization(depth), state)
    data = normalization(depth)(images())
    if depth >= 50:
        ours = torch.relu(trunk.bn_conv1(trunk.conv1(data)))
    else:
        ours = torch.relu(trunk.bn0(trunk.conv0(trunk.bn_data(data))))
    due = stem(images(), state)
    inside = (..., slice(2, -2), slice(2, -2))  # at the rim, what is beyond it differs by 0.01
    torch.testing.assert_close(ours[inside], due[inside], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(ours, due, rtol=0.05, atol=0.05)


@pytest.mark.parametrize('depth', [50, 101])
@torch.no_grad()
def test_a_bottleneck_without_stride_is_torchvisions(depth):
    state, trunk = narrow_state(depth), narrow_trunk(depth)
    fill_trunk(trunk, normalization(depth), state)
    x = torch.randn(1, RESNET[0], 9, 11, generator=torch.Generator().manual_seed(2))
    y = x
    for number, padding in ((1, 0), (2, 1), (3, 0)):
        name = f'layer1.0.conv{number}.weight'
        y = norm(F.conv2d(y, state[name], padding=padding), state, f'layer1.0.bn{number}')
        y = torch.relu(y) if number < 3 else y
    shortcut = F.conv2d(x, state['layer1.0.downsample.0.weight'])
    due = torch.relu(y + norm(shortcut, state, 'layer1.0.downsample.1'))
    torch.testing.assert_close(trunk.res2a(x), due, rtol=1e-4, atol=1e-4)
    last = trunk.get_submodule('res4f' if depth == 50 else 'res4b22')
    assert torch.equal(last.branch2b.weight, state[f'layer3.{UNITS[depth][2] - 1}.conv2.weight'])
    assert torch.equal(trunk.res5c.branch2b.weight, state['layer4.2.conv2.weight'])
    assert (trunk.res5c.branch2b.offset.weight == 0).all()


@pytest.mark.parametrize('depth', [18, 34])
@torch.no_grad()
def test_a_basic_unit_keeps_its_residual_up_to_a_shift(depth):
    state, trunk = narrow_state(depth), narrow_trunk(depth)
    fill_trunk(trunk, normalization(depth), state)
    x = torch.rand(1, SMALL[2], 9, 11, generator=torch.Generator().manual_seed(2))
    unit = trunk.stage2_unit2
    y = norm(F.conv2d(x, state['layer2.1.conv1.weight'], padding=1), state, 'layer2.1.bn1')
    y = norm(F.conv2d(torch.relu(y), state['layer2.1.conv2.weight'], padding=1), state,
             'layer2.1.bn2')  # fmt: skip
    shift = y - (unit(x) - x)
    torch.testing.assert_close(
        shift, shift.mean((2, 3), keepdim=True).expand_as(shift), rtol=1e-3, atol=1e-3
    )
    assert torch.equal(trunk.res5a.branch2b.weight, state['layer4.0.conv2.weight'])
    projection = trunk.stage1_unit1.sc.weight[..., 0, 0]
    assert torch.equal(projection, torch.eye(SMALL[1]))


def test_a_file_is_read(tmp_path):
    state, trunk = narrow_state(18), narrow_trunk(18)
    torch.save(state, tmp_path / 'resnet18.pth')
    load_torchvision(trunk, normalization(18), tmp_path / 'resnet18.pth')
    assert torch.equal(trunk.conv0.weight, state['conv1.weight'])


def drop(state, name):
    return {key: value for key, value in state.items() if key != name}


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (lambda state: narrow_state(34), 'it has layer1.2.conv1.weight, too'),
        (lambda state: narrow_state(50), 'a layer is|it has no'),
        (lambda state: drop(state, 'layer3.0.conv1.weight'), "it has no 'layer3.0.conv1.weight'"),
        (lambda state: drop(state, 'bn1.running_var'), "it has no 'bn1.running_var'"),
        (lambda state: {**state, 'bn1.bias': torch.zeros(9)}, r'a layer is \(9,\) in it and'),
        (lambda state: {'state_dict': state}, "it has no 'conv1.weight'"),
        (lambda state: [1, 2], 'cannot be used'),
        (lambda state: b'text', 'cannot be used'),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(tmp_path, change, message):
    path = tmp_path / 'resnet.pth'
    content = change(narrow_state(18))
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(content, path)
    with pytest.raises(ConfigError, match=message) as caught:
        load_torchvision(narrow_trunk(18), normalization(18), path)
    assert '\n' not in str(caught.value) and str(path) in str(caught.value)


def test_a_missing_file_and_another_backbone_are_named(tmp_path):
    with pytest.raises(ConfigError, match=r'none\.pth'):
        load_torchvision(narrow_trunk(18), normalization(18), tmp_path / 'none.pth')
    with pytest.raises(ValueError, match='not for Linear'):
        fill_trunk(nn.Linear(1, 1), normalization(18), {})
