# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints come back as they were saved, or say why not."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from support.narrow import narrow_network

from accel_model.checkpoint import (
    CheckpointError,
    load_checkpoint,
    read_weights,
    save_checkpoint,
    save_parts,
)


@pytest.mark.parametrize('variant', ['accel-18', 'frame'])
def test_round_trip(variant: str, tmp_path: Path) -> None:
    network = narrow_network(variant, num_classes=11)
    save_checkpoint(tmp_path / 'w.pt', network)
    back = load_checkpoint(tmp_path / 'w.pt')
    assert back.description == network.description
    assert not back.training
    for key, value in network.state_dict().items():
        torch.testing.assert_close(back.state_dict()[key], value, rtol=0, atol=0)


def test_damage_is_one_line(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / 'w.pt', narrow_network('frame'))
    content = (tmp_path / 'w.pt').read_bytes()
    other = tmp_path / 'other.pt'
    torch.save({'variant': 'frame', 'config': {}}, tmp_path / 'other.pt')
    for damaged in (content[: len(content) // 2], b'', b'text', other.read_bytes()):
        (tmp_path / 'x.pt').write_bytes(damaged)
        with pytest.raises(CheckpointError, match=r'x\.pt: not a checkpoint') as caught:
            load_checkpoint(tmp_path / 'x.pt')
        assert '\n' not in str(caught.value)
    with pytest.raises(CheckpointError, match='no such file'):
        load_checkpoint(tmp_path / 'none.pt')


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / 'taken').mkdir()
    with pytest.raises(OSError, match='taken'):
        save_checkpoint(tmp_path / 'taken', narrow_network('frame'))
    assert [path.name for path in tmp_path.iterdir()] == ['taken']


def test_parts_are_read_as_weights_and_refused_as_a_network(tmp_path: Path) -> None:
    network = narrow_network('dff')
    save_parts(tmp_path / 'flow.pt', network, ['flow'])
    saved = read_weights(tmp_path / 'flow.pt')
    assert saved.description is None
    assert saved.weights.keys() == {k for k in network.state_dict() if k.startswith('flow.')}
    with pytest.raises(CheckpointError, match='holds parts of a network'):
        load_checkpoint(tmp_path / 'flow.pt')
