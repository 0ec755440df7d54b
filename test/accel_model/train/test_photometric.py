# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The photometric loss finds a known motion, and knows what cannot be seen in both frames."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from support.drives import write_drives
from support.narrow import narrow_network

from accel_model.checkpoint import load_checkpoint, read_weights, save_checkpoint
from accel_model.cli import main
from accel_model.train.photometric import photometric_loss, roughness, visible

MOTION = (2.0, -1.0)  # of what is seen, in cells, from the current frame to the previous one


def pair():
    """Two windows on one wall: [2, 3, 24, 32], the current frame and the previous one."""
    rng = np.random.default_rng(0)
    wall = cv2.GaussianBlur(rng.uniform(0, 1, (40, 50, 3)), (0, 0), 2)
    wall = torch.from_numpy((wall - wall.min()) / np.ptp(wall)).float().permute(2, 0, 1)
    x, y = (int(step) for step in MOTION)
    return torch.stack([wall[:, 8:32, 8:40], wall[:, 8 - y : 32 - y, 8 - x : 40 - x]])


def flow_of(x, y):
    there = torch.tensor([x, y])[None, :, None, None].expand(1, 2, 24, 32)
    return torch.cat([there, -there])


KNOWN = torch.ones(2, 24, 32, dtype=torch.bool)


def test_the_right_flow_has_the_least_loss():
    images = pair()
    right = photometric_loss(images, flow_of(*MOTION), KNOWN)
    for other in [(0.0, 0.0), (2.0, 0.0), (-2.0, 1.0), (2.5, -1.0)]:
        assert photometric_loss(images, flow_of(*other), KNOWN) > 1.5 * right


def test_descending_from_no_flow_leads_to_it():
    images = pair()
    flow = torch.zeros(2, 2, 24, 32, requires_grad=True)
    optimiser = torch.optim.Adam([flow], lr=0.1)
    for _ in range(100):
        optimiser.zero_grad()
        photometric_loss(images, flow, KNOWN).backward()
        optimiser.step()
    found = flow.detach()[0].flatten(1).median(1).values
    torch.testing.assert_close(found, torch.tensor(MOTION), atol=0.2, rtol=0)


def test_what_leaves_the_image_is_not_seen():
    seen = visible(flow_of(*MOTION))
    assert seen[0, 1:, :-2].all() and not seen[0, 0].any() and not seen[0, :, -2:].any()


def test_ways_that_do_not_meet_are_hidden_while_most_do():
    flow = flow_of(1.0, 0.0)
    flow[0, :, 10:14, 10:14] = torch.tensor([6.0, 5.0])[:, None, None]
    seen = visible(flow)
    assert not seen[0, 10:14, 10:14].any() and seen[0, :10, :30].all()


def test_a_flow_whose_ways_hardly_meet_hides_nothing():
    flow = torch.cat([flow_of(3.0, 0.0)[:1], flow_of(3.0, 0.0)[:1]])  # both to the right
    assert visible(flow)[0, :, :-3].all()


def test_pixels_beyond_the_frames_do_not_count_on_either_side():
    images, known, flow = pair(), KNOWN.clone(), flow_of(*MOTION)
    known[:, :9] = False  # a cut through both frames: what is black in one is seen in the other
    black = torch.where(known[:, None], images, 0.0)
    right = photometric_loss(images, flow, known)
    assert photometric_loss(black, flow, known) < 1.2 * right
    assert photometric_loss(black, flow, KNOWN) > 1.5 * right


def test_steps_of_the_flow_cost_less_at_edges_of_the_image():
    flow = torch.zeros(1, 2, 8, 8)
    flow[..., 4:] = 1
    plain, edge = torch.zeros(1, 3, 8, 8), torch.zeros(1, 3, 8, 8)
    edge[..., 4:] = 1
    assert roughness(flow, edge) < 0.1 * roughness(flow, plain)
    assert roughness(flow[..., :1, :1], plain[..., :1, :1]) == 0


@pytest.fixture
def start(tmp_path):
    save_checkpoint(tmp_path / 'dff.pt', narrow_network('dff'))
    write_drives(tmp_path / 'data', count=2, frames=3)
    return tmp_path


@pytest.mark.parametrize('whole', [True, False])
def test_the_recipe_trains_the_flow_network_alone(start, repository, whole):
    role = 'network' if whole else 'flow'
    arguments = [
        *('train', '--config', str(repository / 'config' / 'train' / 'flow-photometric.yaml')),
        *('--data', str(start / 'data'), 'data.name=folder', 'data.crop=[64, 96]', 'batch=2'),
        *('optimiser.iterations=2', 'optimiser.warmup=0', 'workers=0', f'output={start}'),
        f'init.{role}={start / "dff.pt"}',
    ]
    assert main(arguments) == 0
    began = read_weights(start / 'dff.pt').weights
    if whole:
        learnt = load_checkpoint(start / 'weights.pt').state_dict()
        assert learnt.keys() == began.keys()
    else:
        saved = read_weights(start / 'weights.pt')
        learnt = saved.weights
        assert saved.description is None
    moved = {key for key in learnt if not torch.equal(learnt[key], began[key])}
    assert moved and all(key.startswith('flow.') for key in moved)
    assert {key for key in began if key.startswith('flow.')} <= learnt.keys()
