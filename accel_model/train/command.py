# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-model train`: run one training from its configuration."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import torch
from rich.console import Console

from accel_model.train.clip import clip_task
from accel_model.train.config import TrainConfig, load_config
from accel_model.train.flow import flow_task
from accel_model.train.frame import frame_task
from accel_model.train.loop import train
from accel_model.train.photometric import photometric_task
from accel_model.train.processes import join_processes
from accel_model.train.task import Task

TASKS: dict[str, Callable[[TrainConfig], Task]] = {
    'frame': frame_task,
    'flow': flow_task,
    'clip': clip_task,
    'photometric': photometric_task,
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `train` to the command line."""
    parser = subparsers.add_parser(
        'train',
        help='train a network or a part of one',
        description='Train as a configuration says, or continue where it was stopped; '
        'docs/training.md explains the configurations. Several GPUs or machines: torchrun '
        '--nproc-per-node N -m accel_model.cli train ...',
    )
    parser.add_argument('--config', type=Path, required=True, help='config/train/NAME.yaml')
    parser.add_argument('--data', type=Path, help="the data set's folder")
    parser.add_argument('changes', nargs='*', metavar='key=value', help='changes to the file')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Train, continuing from the output folder's checkpoint if there is one."""
    # In quotes, for whatever a path may hold that YAML has a meaning for.
    folder = [f'data.folder={json.dumps(str(args.data), ensure_ascii=False)}'] if args.data else []
    config = load_config(args.config, [*args.changes, *folder])
    with join_processes() as processes:
        weights = train(make_task(config), config, processes)
        if processes.first:
            Console().print(f'weights: {weights}')


def make_task(config: TrainConfig) -> Task:
    """The task that a configuration names; the same one for the same seed."""
    torch.manual_seed(config.seed)
    return TASKS[config.task](config)
