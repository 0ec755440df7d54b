# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Compare our networks with recordings of the original, layer by layer.

A recording is an .npz of outputs by the original's layer names. A name that ends in `_every8`
holds every eighth row and column; one in `_argmax` the labels of every pixel.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from accel_model.import_mxnet import import_arrays
from accel_model.mxnet_merge import merge_files
from accel_model.mxnet_params import read_params
from accel_model.networks.accel import Accel
from accel_model.networks.deform import deform_conv
from accel_model.networks.variants import find
from accel_model.networks.warp import warp

TOLERANCE = 1e-5
INTERVAL = 3  # of the recorded clips

Outputs = dict[str, Tensor]


class Parity(NamedTuple):
    """How one recorded output compares: largest difference over largest value, labels."""

    recording: str
    layer: str
    difference: float
    unequal: int | None  # pixels whose arg-max differs; None: not scores


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.1)


def _as_is(x: Tensor) -> Tensor:
    return x


# Original layer -> our module, and what the original applies inside the same name.
LAYERS: dict[str, tuple[str, Callable[[Tensor], Tensor]]] = {
    'conv1': ('reference.conv1', _as_is),
    'res2c_relu': ('reference.res2c', _as_is),
    'res3b3_relu': ('reference.res3b3', _as_is),
    'res4b22_relu': ('reference.res4b22', _as_is),
    'res5a_branch2b_offset': ('reference.res5a.branch2b.offset', _as_is),
    'res5a_branch2b': ('reference.res5a.branch2b', _as_is),
    'res5c_relu': ('reference.res5c', _as_is),
    'relu_fc6': ('head.fc6', torch.relu),
    'score': ('head.score', _as_is),
    'croped_score': ('upsampling', _as_is),
    'ReLU1': ('flow.flow_conv1', _leaky),
    'ReLU4': ('flow.conv3_1', _leaky),
    'ReLU10': ('flow.conv6_1', _leaky),
    'Convolution1': ('flow.predict_flow6', _as_is),
    'Convolution2': ('flow.predict_flow5', _as_is),
    'Convolution3': ('flow.predict_flow4', _as_is),
    'Convolution4': ('flow.predict_flow3', _as_is),
    'Convolution5': ('flow.predict_flow2', _as_is),
    'flow_x2p5': ('flow', _as_is),
    'correction': ('fusion', _as_is),
    'curr_score': ('update_head.score', _as_is),
    'curr_croped_score': ('update_upsampling', _as_is),
    '50_res5a_branch2b_offset': ('update_branch.res5a.branch2b.offset', _as_is),
    '50_res5c_relu': ('update_branch.res5c', _as_is),
}
for _small, _last in (('18', 'b'), ('34', 'c')):
    LAYERS |= {
        f'{_small}_bn_data': ('update_branch.bn_data', _as_is),
        f'{_small}_relu0': ('update_branch.bn0', torch.relu),
        f'{_small}_res5a_branch2b_offset': ('update_branch.res5a.branch2b.offset', _as_is),
        f'{_small}_res5{_last}_relu': (f'update_branch.res5{_last}', _as_is),
        f'{_small}_feat_upsampling': ('update_branch.feat_upsampling', _as_is),
        f'{_small}_score': ('update_head.score', _as_is),
        f'{_small}_croped_score': ('update_upsampling', _as_is),
    }
LAYERS['_plus5'] = ('update_branch.stage3_unit2', _as_is)
LAYERS['_plus24'] = ('update_branch.stage3_unit6', _as_is)


def load_network(folder: Path, version: str, weights: str) -> Accel:
    """Build Accel-18, 34, 50 or 101 with recorded weights (`s7`, `s8_bilinear`)."""
    variant = find(f'accel-{version}')
    path = folder / f'accel-{version}_w16_64x128_{weights}-0000.params'
    return import_arrays(merge_files([path]), variant)


def to_data(network: Accel, frame_bgr: NDArray[np.uint8]) -> Tensor:
    """Image u8 [H, W, 3], BGR -> network data [1, 3, H, W]."""
    rgb = torch.from_numpy(frame_bgr[..., ::-1].copy())
    return network.normalize(rgb.permute(2, 0, 1)[None].float())


def capture(network: Accel, run: Callable[[], object]) -> Outputs:
    """Run something and return what the modules in `LAYERS` gave last, by original name."""
    outputs: Outputs = {}
    hooks = []
    modules = dict(network.named_modules())
    for name, (path, then) in LAYERS.items():
        if path not in modules:
            continue

        def keep(
            _: object,
            __: object,
            output: Tensor,
            name: str = name,
            then: Callable[[Tensor], Tensor] = then,
        ) -> None:
            outputs[f'{name}_output'] = then(output)

        hooks.append(modules[path].register_forward_hook(keep))
    try:
        with torch.no_grad():
            run()
    finally:
        for hook in hooks:
            hook.remove()
    if 'flow_x2p5_output' in outputs:
        outputs['flow_x2p5'] = outputs.pop('flow_x2p5_output')
    return outputs


def compare(
    name: str, recording: Mapping[str, NDArray[np.generic]], outputs: Outputs
) -> Iterator[Parity]:
    """Compare every recorded output that we have, too."""
    for layer in recording:
        plain = re.sub(r'_(every8|argmax)$', '', layer)
        if plain not in outputs:
            continue
        ours, due = outputs[plain].numpy(), recording[layer]
        if layer.endswith('_argmax'):
            yield Parity(name, layer, 0.0, int((ours.argmax(1) != due).sum()))
            continue
        if layer.endswith('_every8'):
            ours = ours[..., ::8, ::8]
        difference = float(np.abs(ours - due).max() / np.abs(due).max())
        scores = 'croped' in layer or layer.startswith(('correction', 'logits'))
        is_image = scores and due.shape[1] == 19 and not layer.endswith('_every8')
        unequal = int((ours.argmax(1) != due.argmax(1)).sum()) if is_image else None
        yield Parity(name, layer, difference, unequal)


def compare_key(path: Path, network: Accel) -> list[Parity]:
    """Key path: image to scores."""
    recording = np.load(path)
    data = to_data(network, recording['frame_bgr'])
    outputs = capture(network, lambda: network.keyframe(data)) | {'data': data}
    return list(compare(path.stem, recording, outputs))


def compare_flow(path: Path, network: Accel) -> list[Parity]:
    """FlowNet: two frames to flow."""
    recording = np.load(path)
    data, previous = (torch.from_numpy(recording[key]) for key in ('data', 'data_key'))
    assert network.flow is not None
    flow = network.flow
    return list(compare(path.stem, recording, capture(network, lambda: flow(data, previous))))


def compare_update(path: Path, network: Accel) -> list[Parity]:
    """One update, its state from a keyframe on the frame before."""
    recording = np.load(path)
    data, previous = (torch.from_numpy(recording[key]) for key in ('data', 'data_key'))
    with torch.no_grad():
        _, feat = network.keyframe(previous)
        update = network.update(data, previous, feat)
    outputs = capture(network, lambda: network.update(data, previous, feat))
    outputs |= {'warping_feat_output': update.state}
    if network.fusion_kind == 'score':
        assert update.reference_scores is not None
        outputs['score_output'] = update.reference_scores
    return list(compare(path.stem, recording, outputs))


def compare_clip(path: Path, network: Accel) -> list[Parity]:
    """Five frames; the state goes from frame to frame."""
    recording = np.load(path)
    outputs: Outputs = {}
    previous = feat = torch.empty(0)
    with torch.no_grad():
        for index, frame in enumerate(recording['frames_bgr']):
            data = to_data(network, frame)
            if index % INTERVAL == 0:
                scores, feat = network.keyframe(data)
            else:
                scores, feat, *_ = network.update(data, previous, feat)
            previous = data
            outputs |= {f'logits_{index}': scores, f'feat_{index}': feat}
    return list(compare(path.stem, recording, outputs))


def compare_operators(path: Path) -> list[Parity]:
    """Warp and deformable convolution alone."""
    recording = {key: torch.from_numpy(value) for key, value in np.load(path).items()}
    outputs = {
        'warp_out': warp(recording['warp_feat'], recording['warp_flow']),
        'dcn_out': deform_conv(
            recording['dcn_x'], recording['dcn_offset'], recording['dcn_weight'], groups=4
        ),
    }
    return list(compare(path.stem, np.load(path), outputs))


def compare_weights(path: Path) -> list[Parity]:
    """A file in an older format against the same weights in the newest."""
    newest = path.with_name(re.sub('_legacy_v.', '_64x128_s7', path.name))
    arrays, due = read_params(path), read_params(newest)
    assert arrays.keys() == due.keys()
    apart = [np.abs(array - due[name]).max() for name, array in arrays.items()]
    return [Parity(path.stem, f'{len(arrays)} arrays', float(max(apart)), None)]


def compare_folder(folder: Path) -> Iterator[Parity]:
    """Compare every recording of inference that a folder holds, weights in older formats too."""
    for path in sorted(folder.glob('*_legacy_*.params')):
        yield from compare_weights(path)
    steps = {'key': compare_key, 'flownet': compare_flow, 'clip': compare_clip}
    for path in sorted(folder.glob('*.npz')):
        kind = re.match(r'(key|flownet|clip|accel|ops)(\d*)_', path.name)
        if kind is None:
            continue
        if kind[1] == 'ops':
            yield from compare_operators(path)
            continue
        weights = 's8_bilinear' if path.stem.endswith('s8_bilinear') else 's7'
        network = load_network(folder, kind[2] or '18', weights)
        yield from steps.get(kind[1], compare_update)(path, network)
