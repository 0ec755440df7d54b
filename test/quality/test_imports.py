# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Who may import whom: the arrows of docs/architecture.md point down."""

import ast
import subprocess
import sys

import pytest
from support.sources import imports, python_files, relative

ROS = {
    'ament_index_python', 'builtin_interfaces', 'cv_bridge', 'diagnostic_msgs', 'launch',
    'launch_ros', 'lifecycle_msgs', 'rcl_interfaces', 'rclpy', 'rosgraph_msgs', 'sensor_msgs',
    'std_msgs', 'std_srvs', 'vision_msgs',
}  # fmt: skip
TRAINING = {'accel_model', 'onnx', 'onnx_ir', 'onnxscript', 'torch', 'torchmetrics', 'torchvision'}
ROS_ROOMS = {'node', 'live'}
# Commands that need ROS import it when they run; all others work without.
ON_DEMAND = {
    'accel_ros/commands/play.py': 'accel_ros.live',
    'accel_ros/commands/record.py': 'accel_ros.live',
}
# `accel-ros evaluate --dataset` reads data sets with the offline package, where it is installed:
# its readers need no PyTorch.
WITH_DATASETS = 'accel_ros/commands/footage.py'
# The floors of accel_ros, the lowest first; a room imports from its own floor and those below.
FLOORS = (
    {'errors', 'commandline', 'resources', 'bundle', 'manifest', 'classes', 'metrics',
     'resample', 'dis', 'consistency', 'processor'},
    {'keyframes', 'timing', 'images', 'overlay', 'engines'},
    {'pipeline'},
    {'sources', 'bags', 'film', 'segment', 'node', 'live', 'replay', 'report'},
    {'commands', 'cli'},
)  # fmt: skip
FLOOR = {room: number for number, floor in enumerate(FLOORS) for room in floor}


def packages(path):
    return {name.split('.')[0] for name in imports(path)}


@pytest.mark.parametrize('path', python_files('accel_ros'), ids=relative)
def test_onboard_files_do_without_training(path):
    used = packages(path) & TRAINING
    assert used == ({'accel_model'} if relative(path) == WITH_DATASETS else set())


@pytest.mark.parametrize(
    'path',
    [p for p in python_files('accel_ros') if relative(p).split('/')[1] not in ROS_ROOMS],
    ids=relative,
)
def test_only_the_rooms_of_ros_know_it(path):
    assert not packages(path) & ROS
    names = {'.'.join(name.split('.')[:2]) for name in imports(path)}
    known = names & {'accel_ros.node', 'accel_ros.live', 'accel_ros.msg'}
    assert known == ({ON_DEMAND[relative(path)]} if relative(path) in ON_DEMAND else set())


@pytest.mark.parametrize('path', [*ON_DEMAND, WITH_DATASETS])
def test_what_is_imported_on_demand_is_imported_nowhere_else(repository, path):
    tree = ast.parse((repository / path).read_text())
    at_once = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {getattr(node, 'module', '') or node.names[0].name for node in at_once}
    assert not any(name.startswith(('accel_ros.live', 'accel_model')) for name in names)


@pytest.mark.parametrize(
    'path',
    [p for p in python_files('accel_ros') if relative(p) != 'accel_ros/__init__.py'],
    ids=relative,
)
def test_onboard_arrows_point_down(path):
    own = relative(path).split('/')[1].removesuffix('.py')
    rooms = {name.split('.')[1] for name in imports(path) if name.startswith('accel_ros.')}
    assert all(FLOOR[room] <= FLOOR[own] for room in rooms - {'msg', '__version__'})


@pytest.mark.parametrize('path', python_files('accel_model'), ids=relative)
def test_training_knows_neither_ros_nor_the_rooms_of_the_robot(path):
    assert not packages(path) & ROS
    rooms = {'.'.join(name.split('.')[:2]) for name in imports(path)}
    assert not rooms & {f'accel_ros.{room}' for room in ('node', 'msg', 'cli', 'commands')}


@pytest.mark.parametrize('path', python_files('accel_ros/keyframes'), ids=relative)
def test_keyframes_are_plain_python(path):
    rooms = {name.split('.')[1] for name in imports(path) if name.startswith('accel_ros.')}
    assert packages(path) - {'accel_ros'} <= sys.stdlib_module_names
    assert {FLOOR[room] for room in rooms - {'keyframes'}} <= {0}


def test_a_pipeline_loads_without_ros_and_without_training():
    program = (
        'import sys; import accel_ros.pipeline, accel_ros.engines.select, accel_ros.cli; '
        'print(*{name.split(".")[0] for name in sys.modules})'
    )
    result = subprocess.run(
        [sys.executable, '-c', program], capture_output=True, text=True, check=True
    )
    loaded = set(result.stdout.split())
    assert 'onnxruntime' in loaded or 'numpy' in loaded
    assert not loaded & (ROS | TRAINING | {'tensorrt'})
