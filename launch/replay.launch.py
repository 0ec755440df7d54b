# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Play a bag into the segmentation node, record what it answers, and end with a report.

    ros2 launch accel_ros replay.launch.py bag:=/data/drive topic:=/camera/image_raw report:=out
    ros2 launch accel_ros replay.launch.py --show-args

The node follows the bag's clock. The bag starts to play once the node is active; when it is over,
`accel-ros evaluate` compares the labels of the node with those of the pipeline alone, and with
true labels where there are any.
"""

from __future__ import annotations

import importlib.util
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import (
    DeclareLaunchArgument,
    EmitEvent,
    ExecuteProcess,
    IncludeLaunchDescription,
    OpaqueFunction,
    RegisterEventHandler,
    Shutdown,
    TimerAction,
)
from launch.event_handlers import OnProcessExit, OnProcessIO
from launch.events import matches_action
from launch.events.process import ProcessIO, SignalProcess
from launch.launch_description_sources import PythonLaunchDescriptionSource

LAUNCH = Path(get_package_share_directory('accel_ros')) / 'launch'
ACCEL_ROS = [sys.executable, '-m', 'accel_ros.cli']
COMPRESSED = '/compressed'
CONNECT_S = 3.0  # for the bag's publishers and the node to find each other
DRAIN_S = 3.0  # for the labels of the last images
LISTENING = b'listening to '  # what the node says when it is active

# Name, default, description. An empty argument is left out.
ARGUMENTS = (
    ('bag', '', 'Folder or file of the bag.'),
    ('topic', '', 'Topic of its images; one that ends with /compressed has compressed images.'),
    ('report', 'replay_report', 'Folder of the report; the recorded labels are in it, too.'),
    ('rate', '1.0', 'How many times faster than recorded the bag is played.'),
    ('bundle', '', 'Folder of the network to run. Empty: the one that comes along.'),
    ('keyframe_interval', '', 'Every so many frames one is a keyframe. Empty: as configured.'),
    ('backend', 'auto', 'What runs the network: auto, onnxruntime or tensorrt.'),
    ('label_topic', '', 'Topic of true labels in the bag, if it has one.'),
    ('labels', '', 'Folder of true label images, named by the stamps of their images.'),
    ('latency_budget', '100', 'Milliseconds that labels may be late, for the recommendation.'),
)


def generate_launch_description() -> LaunchDescription:
    """Declare the arguments, and start everything with them."""
    arguments = [
        DeclareLaunchArgument(name, default_value=default, description=description)
        for name, default, description in ARGUMENTS
    ]
    return LaunchDescription([*arguments, OpaqueFunction(function=start)])


def start(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Node and recorder at once, then the bag, then the report, then the end."""
    given = {name: context.launch_configurations[name].strip() for name, _, _ in ARGUMENTS}
    for name in ('bag', 'topic', 'report'):
        if not given[name]:
            raise ValueError(f'{name}:= is missing; see --show-args')
    live = str(Path(given['report']) / 'live')
    recorder = ExecuteProcess(cmd=[*ACCEL_ROS, 'record', '-o', live], output='screen')
    player = ExecuteProcess(cmd=player_command(given, with_ros2_bag()), output='screen')
    report = ExecuteProcess(cmd=report_command(given, live), output='screen')
    stop = EmitEvent(
        event=SignalProcess(signal_number=signal.SIGINT, process_matcher=matches_action(recorder))
    )
    over = Shutdown(reason='the replay is over')
    hear = once_listening(player)
    return [
        RegisterEventHandler(OnProcessIO(on_stdout=hear, on_stderr=hear)),
        RegisterEventHandler(
            OnProcessExit(
                target_action=player, on_exit=[TimerAction(period=DRAIN_S, actions=[stop])]
            )
        ),
        RegisterEventHandler(OnProcessExit(target_action=recorder, on_exit=[report])),
        RegisterEventHandler(OnProcessExit(target_action=report, on_exit=[over])),
        recorder,
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource(str(LAUNCH / 'segment.launch.py')),
            launch_arguments=node_arguments(given).items(),
        ),
    ]


def once_listening(player: ExecuteProcess) -> Callable[[ProcessIO], ExecuteProcess | None]:
    """Return what starts the player, once, when the node says that it listens.

    The node's transition events would say it, too, but a node that is quick to start has sent
    them before launch is connected to it.
    """
    waiting = [player]

    def hear(event: ProcessIO) -> ExecuteProcess | None:
        return waiting.pop() if waiting and LISTENING in event.text else None

    return hear


def node_arguments(given: dict[str, str]) -> dict[str, str]:
    """Return the arguments of segment.launch.py."""
    topic, compressed = given['topic'], given['topic'].endswith(COMPRESSED)
    return {
        'image': topic.removesuffix(COMPRESSED),
        'image_transport': 'compressed' if compressed else 'raw',
        'use_sim_time': 'true',
        'dds_profile': 'all',
        'bundle': given['bundle'],
        'keyframe_interval': given['keyframe_interval'],
        'backend': given['backend'],
    }


def with_ros2_bag() -> bool:
    """Whether `ros2 bag play` is installed."""
    return bool(shutil.which('ros2')) and importlib.util.find_spec('ros2bag') is not None


def player_command(given: dict[str, str], ros2_bag: bool) -> list[str]:
    """Return what plays the bag with its clock: ros2 bag, or our own where that is missing."""
    options = ['--clock', '40', '--rate', given['rate'], '--topics', given['topic']]
    if not ros2_bag:
        return [*ACCEL_ROS, 'play', given['bag'], *options]
    return ['ros2', 'bag', 'play', given['bag'], '--delay', str(CONNECT_S), *options]


def report_command(given: dict[str, str], live: str) -> list[str]:
    """Return what makes the report of the bag and the live run."""
    command = [*ACCEL_ROS, 'evaluate', '--bag', given['bag'], '--topic', given['topic']]
    command += ['--live', live, '-o', given['report'], '--latency-budget', given['latency_budget']]
    for name in ('bundle', 'backend', 'labels'):
        command += [f'--{name}', given[name]] if given[name] else []
    if given['label_topic']:
        command += ['--label-topic', given['label_topic']]
    if given['keyframe_interval']:
        command += ['--intervals', given['keyframe_interval']]
    return command
