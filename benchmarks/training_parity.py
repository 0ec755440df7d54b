# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""
Compare our training with recordings of the original's: one step, and five updates.

`train18_*.npz`, ... hold a clip, its labels, the loss, gradients by the original's names and the
moving statistics after the step (`aux_*`); `sgd_*.npz` the fusion's weights and biases after each
of five updates with that clip, the first two of them at a tenth of the learning rate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from accel_model.losses import SegmentationLoss
from accel_model.mxnet_names import mxnet_names
from accel_model.networks.accel import Accel
from accel_model.networks.variants import find
from accel_model.train.clip import ClipObjective
from accel_model.train.config import TrainConfig
from accel_model.train.optimiser import SgdConfig
from accel_model.train.processes import Processes
from accel_model.train.state import State
from accel_model.train.task import Batch, Samples, Task
from benchmarks.inference_parity import load_network

IGNORE = 255
WARMUP = 2  # updates of the recording
UPDATES = 5

LOSS, GRADIENT, STATISTICS, WEIGHT = 1e-5, 1e-4, 1e-5, 1e-6

Recording = Mapping[str, NDArray[np.float32]]


class TrainingParity(NamedTuple):
    """How one quantity compares."""

    recording: str
    quantity: str
    difference: float
    tolerance: float


def batch_of(recording: Recording, network: Accel) -> Batch:
    """Return the recorded clip, oldest frame first, as a training sees it."""
    data = np.concatenate([recording['data_ref'], recording['data']])
    mean = np.array(network.normalization.mean, np.float32)[:, None, None]
    images = np.rint(data + mean).astype(np.uint8).transpose(0, 2, 3, 1)
    return {
        'clip': torch.from_numpy(images)[None],
        'labels': torch.from_numpy(recording['label'].astype(np.uint8))[:, 0],
        'key': torch.zeros(1, dtype=torch.int64),
    }


def objective_of(network: Accel) -> ClipObjective:
    """Return the published objective."""
    loss = SegmentationLoss(IGNORE, torch.ones(network.description.num_classes))
    return ClipObjective(network, loss, branch_loss=0.0, batch_statistics=True)


def compare_step(path: Path, network: Accel) -> Iterator[TrainingParity]:
    """Loss, gradients of all parts, and moving statistics of one step."""
    recording = np.load(path)
    objective = objective_of(network.requires_grad_()).train()
    loss = objective(batch_of(recording, network))
    loss.backward()
    yield TrainingParity(path.stem, 'nll', abs(loss.item() - float(recording['nll'])), LOSS)
    ours: dict[str, Tensor] = dict(network.named_buffers())
    ours |= {key: p.grad for key, p in network.named_parameters() if p.grad is not None}
    names = mxnet_names(find(network.description.variant))
    for key, name in names.items():
        kind, _, layer = name.partition(':')
        recorded = f'{"grad" if kind == "arg" else kind}_{layer}'
        if recorded in recording:
            due = recording[recorded]
            difference = np.abs(ours[key].numpy() - due).max() / np.abs(due).max()
            tolerance = GRADIENT if kind == 'arg' else STATISTICS
            yield TrainingParity(path.stem, recorded, float(difference), tolerance)


def compare_updates(
    recording: Recording, stem: str, version: str, clip: Recording, network: Accel
) -> Iterator[TrainingParity]:
    """Weights and biases of the fusion after each update."""
    assert network.fusion is not None
    network.requires_grad_(False)
    network.fusion.requires_grad_()
    config = TrainConfig('clip', '', {}, {}, SgdConfig(UPDATES, warmup=WARMUP), batch=1)
    task = Task(_OneClip(), objective_of(network))
    state = State(task, config, Processes(torch.device('cpu')))
    batch = batch_of(clip, network)
    for update in range(1, UPDATES + 1):
        state.step(batch)
        for kind, name in (('w', 'weight'), ('b', 'bias')):
            quantity = f'{version}_{kind}{update}'
            ours = network.fusion.get_parameter(name).detach().numpy()
            difference = float(np.abs(ours - recording[quantity]).max())
            yield TrainingParity(stem, quantity, difference, WEIGHT)


class _OneClip(Samples):
    def __len__(self) -> int:
        return 1


@contextmanager
def one_thread() -> Iterator[None]:
    """Let PyTorch sum in one order: on two threads its batch statistics were 8e-5 off."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def compare_folder(folder: Path) -> Iterator[TrainingParity]:
    """Compare every recording of training that a folder holds."""
    with one_thread():
        yield from _compare_folder(folder)


def _compare_folder(folder: Path) -> Iterator[TrainingParity]:
    for path in sorted(folder.glob('train*.npz')):
        version = re.sub(r'\D*(\d+)_.*', r'\1', path.stem)
        yield from compare_step(path, load_network(folder, version, 's7'))
        for updates in folder.glob('sgd_*.npz'):
            recording = np.load(updates)
            if f'{version}_w1' in recording:
                network = load_network(folder, version, 's7')
                clip = np.load(path)
                yield from compare_updates(recording, updates.stem, version, clip, network)
