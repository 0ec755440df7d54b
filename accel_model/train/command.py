# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""`accel-model train`: run one training stage from its configuration."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from accel_model.train.clip import ClipTask
from accel_model.train.config import TrainConfig, load_config
from accel_model.train.flow import FlowTask
from accel_model.train.frame import FrameTask
from accel_model.train.loop import train
from accel_model.train.task import Task


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `train` to the command line."""
    parser = subparsers.add_parser('train', help='train a network or a part of one')
    parser.add_argument('--config', type=Path, required=True, help='config/train/NAME.yaml')
    parser.add_argument('--data', type=Path, help="the data set's folder")
    parser.add_argument('changes', nargs='*', metavar='key=value', help='changes to the file')
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Train, continuing from the output folder's checkpoint if there is one."""
    changes = [*args.changes, f'data.folder={args.data}'] if args.data else args.changes
    config = load_config(args.config, changes)
    weights = train(make_task(config), config)
    Console().print(f'weights: {weights}')


def make_task(config: TrainConfig) -> Task:
    """The task that a configuration names."""
    tasks: dict[str, Callable[[TrainConfig], Task]] = {
        'frame': FrameTask,
        'flow': FlowTask,
        'clip': ClipTask,
    }
    return tasks[config.task](config)
