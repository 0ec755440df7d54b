# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Flow samples are true, whatever is done to them; the recipe learns from a teacher."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.drives import write_drives
from support.narrow import narrow_network
from support.shared import REPOSITORY
from support.street import write_camvid

from accel_model.checkpoint import read_weights, save_checkpoint
from accel_model.cli import main
from accel_model.networks.flownet import PIXELS_PER_UNIT
from accel_model.train.command import make_task
from accel_model.train.config import load_config
from accel_model.train.data import DataSettings
from accel_model.train.flow import FlowData, FlowObjective, FlowSamples
from accel_model.train.settings import ConfigError

FOLDER = REPOSITORY / 'config' / 'train'


@pytest.fixture
def own(tmp_path):
    return write_drives(tmp_path / 'own', count=3, frames=3)


def carried(sample, crop):
    """The previous image, carried along the flow, and where that can be compared."""
    flow, valid = sample['flow'][crop], sample['valid'][crop]
    height, width = valid.shape
    y, x = np.mgrid[:height, :width]
    x, y = np.rint(x + flow[0]).astype(int), np.rint(y + flow[1]).astype(int)
    inside = valid & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    return sample['previous'][crop][y.clip(0, height - 1), x.clip(0, width - 1)], inside


@pytest.mark.parametrize('taught', [False, True])
def test_flow_leads_to_the_same_point_in_crops_scaled_and_mirrored(tmp_path, own, taught):
    data = FlowData(
        name='folder', folder=own, crop=(64, 96), scale=(0.8, 1.3), flip=True, crops_per_pair=3
    )
    if taught:
        samples = FlowSamples(None, data.pairs(), data)
        assert len(samples) == 6
    else:
        stills = DataSettings(folder=write_camvid(tmp_path / 'camvid', 'train', 2)).open()
        samples = FlowSamples(stills, None, FlowData(**{**vars(data), 'video_share': 0.0}))
        assert len(samples) == 2
    better = []
    for seed in range(6):
        sample = samples.sample(seed % len(samples), np.random.default_rng(seed))
        assert sample['flow'].shape == (3, 2, 64, 96)
        for crop in range(3):
            image, inside = carried(sample, crop)
            current = sample['current'][crop].astype(int)
            with_flow = np.abs(image - current)[inside].mean()
            without = np.abs(sample['previous'][crop].astype(int) - current)[inside].mean()
            better.append(with_flow < without)
    assert np.mean(better) > 0.8


def test_the_loss_is_the_distance_to_the_true_flow_over_all_levels():
    network = narrow_network('dff')

    class Oracle(torch.nn.Module):
        """Predicts a constant at five levels."""

        def predictions(self, current, previous):
            sizes = [(1, 1), (1, 2), (2, 3), (4, 6), (4, 6)]
            return [torch.full((2, 2, *size), 8 / PIXELS_PER_UNIT) for size in sizes]

    network.flow = Oracle()
    objective = FlowObjective(network, whole=False)
    flow = torch.zeros(1, 2, 2, 64, 96)
    flow[:, :, 0] = 5.0  # 3 less in x, and 4 less in y
    flow[:, :, 1] = 4.0
    valid = torch.ones(1, 2, 64, 96, dtype=torch.bool)
    valid[..., :32] = False
    flow[..., :32] = 1e6
    image = torch.zeros(1, 2, 64, 96, 3, dtype=torch.uint8)
    batch = {'current': image, 'previous': image, 'flow': flow, 'valid': valid}
    assert objective(batch).item() == pytest.approx(5.0, rel=1e-3)


def test_the_recipe_learns_from_the_teacher(tmp_path, own):
    save_checkpoint(tmp_path / 'dff.pt', narrow_network('dff'))
    arguments = [
        *('train', '--config', str(FOLDER / 'flow-teacher.yaml'), '--data', str(own)),
        *('data.name=folder', 'data.crop=[64, 96]', 'optimiser.iterations=2', 'workers=0'),
        *('optimiser.warmup=0', f'output={tmp_path}', f'init.flow={tmp_path / "dff.pt"}'),
    ]
    assert main(arguments) == 0
    began, learnt = read_weights(tmp_path / 'dff.pt'), read_weights(tmp_path / 'weights.pt')
    assert learnt.weights.keys() == {key for key in began.weights if key.startswith('flow.')}
    assert not torch.equal(
        learnt.weights['flow.conv6_1.weight'], began.weights['flow.conv6_1.weight']
    )


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ('network.variant=deeplab-18', 'has no flow to train'),
        ('data.video_share=0.5', "those of 'cityscapes'"),
        ('network.branch=update', 'no setting network.branch'),
        ('data.frames=3', 'no setting data.frames'),
    ],
)
def test_mistakes_are_named(own, change, message):
    changes = ['network.variant=accel-lite', f'data.folder={own}', 'data.name=folder', change]
    with pytest.raises(ConfigError, match=message):
        make_task(load_config(FOLDER / 'flow-teacher.yaml', changes))
