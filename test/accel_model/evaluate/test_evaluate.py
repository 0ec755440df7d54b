# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""The evaluation against the network run by hand, and its command."""

from __future__ import annotations

import json

import pytest
import torch
from support.street import write_camvid

from accel_model.checkpoint import save_checkpoint
from accel_model.cli import main
from accel_model.datasets.camvid import IGNORE, CamVid
from accel_model.evaluate.runner import Runner
from accel_model.networks.variants import build, find
from accel_model.train.clip import start_as_mean
from accel_ros.metrics import Confusion


@pytest.fixture
def network():
    torch.manual_seed(0)
    network = build(find('accel-lite'), None, 11, 'camvid').eval()
    start_as_mean(network)
    return network


@pytest.fixture
def camvid(tmp_path):
    return write_camvid(tmp_path, 'val', 5)


def by_hand(network, frames, interval):
    """Accel's and DFF's confusion, step by step in the paper's words."""
    accel, dff = Confusion(11, IGNORE), Confusion(11, IGNORE)
    feat = previous = None
    for index, frame in enumerate(frames):
        data = network.normalize(torch.from_numpy(frame.image).permute(2, 0, 1)[None].float())
        if index % interval == 0:
            scores, feat = network.keyframe(data)
            carried = scores
        else:
            update = network.update(data, previous, feat)
            scores, feat = update.scores, update.feat
            carried = network.upsampling(update.reference_scores, (96, 128))
        previous = data
        accel.add(frame.labels, scores[0].argmax(0).byte().numpy())
        dff.add(frame.labels, carried[0].argmax(0).byte().numpy())
    return accel, dff


@torch.no_grad()
def test_the_rows_are_what_the_network_does(network, camvid):
    frames = CamVid(camvid, 'val').frames
    rows = {
        (r.model, r.interval): r for r in Runner(network, frames, IGNORE).results([1, 3], 'avg')
    }
    assert set(rows) == {('reference', 1), ('update', 1), ('dff', 3), ('accel', 3)}
    accel, dff = by_hand(network, frames, 3)
    assert (rows['accel', 3].confusion.matrix == accel.matrix).all()
    assert (rows['dff', 3].confusion.matrix == dff.matrix).all()
    alone, _ = by_hand(network, frames, 1)
    assert (rows['reference', 1].confusion.matrix == alone.matrix).all()
    assert len(rows['accel', 3].key_s) == 2 and len(rows['accel', 3].update_s) == 3


def test_the_command_writes_the_table_and_json(network, camvid, tmp_path, capsys):
    weights, report = tmp_path / 'weights.pt', tmp_path / 'report.json'
    save_checkpoint(weights, network)
    arguments = ['--weights', str(weights), '--data', str(camvid), '--json', str(report)]
    assert main(['evaluate', *arguments, '--intervals', '2', '--protocol', 'min']) == 0
    figures = json.loads(report.read_text())
    assert figures['protocol'] == 'min'
    assert [row['model'] for row in figures['results']] == ['reference', 'update', 'dff', 'accel']
    assert 'accel' in capsys.readouterr().out


def test_weights_for_other_classes_are_refused(camvid, tmp_path, capsys):
    weights = tmp_path / 'weights.pt'
    save_checkpoint(weights, build(find('accel-lite'), None, 19, 'cityscapes'))
    assert main(['evaluate', '--weights', str(weights), '--data', str(camvid)]) == 1
    error = capsys.readouterr().err
    assert error.count('\n') == 1 and 'cityscapes' in error


def test_figures_that_cannot_be_written_are_one_line(network, camvid, tmp_path, capsys):
    weights = tmp_path / 'weights.pt'
    save_checkpoint(weights, network)
    arguments = ['--weights', str(weights), '--data', str(camvid), '--intervals', '1']
    assert main(['evaluate', *arguments, '--json', str(tmp_path)]) == 1
    assert 'cannot read or write' in capsys.readouterr().err


def test_missing_data_is_one_line(network, tmp_path, capsys):
    weights = tmp_path / 'weights.pt'
    save_checkpoint(weights, network)
    assert main(['evaluate', '--weights', str(weights), '--data', str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.count('\n') == 1 and 'is missing' in error
