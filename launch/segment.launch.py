# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""Start the segmentation node for one or several cameras.

One camera:     ros2 launch accel_ros segment.launch.py image:=/usb_cam/image_raw
Two cameras:    ros2 launch accel_ros segment.launch.py cameras:=left,right image:=/l/rgb,/r/rgb
A bag:          ros2 launch accel_ros segment.launch.py use_sim_time:=true
All arguments:  ros2 launch accel_ros segment.launch.py --show-args

It may be included by a larger launch file, in a group with PushRosNamespace, too.
"""

from __future__ import annotations

from pathlib import Path
from posixpath import dirname, join

import yaml
from ament_index_python.packages import get_package_share_directory
from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch_ros.actions import LifecycleNode

from accel_ros.live.environment import dds_profile

CONFIG = Path(get_package_share_directory('accel_ros')) / 'config'

# Name, default, description. An empty argument leaves the value to the parameter file.
ARGUMENTS = (
    ('namespace', '', 'Namespace of the node and of all its topics.'),
    (
        'params_file',
        str(CONFIG / 'segment.yaml'),
        'Parameter file; the arguments below win over it.',
    ),
    (
        'cameras',
        '',
        'Names of the cameras, separated by commas or as a YAML list: N reads N/image_raw and '
        'N/camera_info and publishes N/segmentation/... Empty: as in the parameter file (camera).',
    ),
    (
        'image',
        '',
        'Topics of the images, one for each of `cameras`, in the same order (without `cameras`: '
        'the one of camera). The camera_info beside each is used. Empty: N/image_raw.',
    ),
    (
        'image_transport',
        '',
        'How the images come: raw, or compressed (on the same topics with /compressed at their '
        'end). Empty: as in the parameter file.',
    ),
    ('bundle', '', 'Folder of the network to run. Empty: as in the parameter file.'),
    (
        'keyframe_interval',
        '',
        'Every so many frames one is a keyframe, 1 to 1000. Empty: as in the parameter file.',
    ),
    (
        'backend',
        '',
        'What runs the network: auto, onnxruntime or tensorrt. Empty: as in the parameter file.',
    ),
    (
        'autostart',
        'true',
        'Whether the node configures and activates itself when it starts; a node that is '
        'deactivated later stays so. With false it waits for `ros2 lifecycle set`.',
    ),
    (
        'use_sim_time',
        '',
        'Whether the node follows /clock, as for a bag that is played with --clock: true or '
        'false. Empty: as in the parameter file, or as the including launch file sets it.',
    ),
    (
        'dds_profile',
        'node',
        'Who gets the Fast DDS profile for big images, unless there is one already: node; all, '
        'which is also what is launched later, such as the camera, whose sending needs it most; '
        'or none.',
    ),
    (
        'log_level',
        'info',
        'Lowest level of the messages on the terminal: debug, info, warn, error.',
    ),
)


def generate_launch_description() -> LaunchDescription:
    """Declare the arguments and start the node with them."""
    arguments = [
        DeclareLaunchArgument(name, default_value=default, description=description)
        for name, default, description in ARGUMENTS
    ]
    return LaunchDescription([*arguments, OpaqueFunction(function=start_node)])


def start_node(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Make the node from the arguments' values."""
    given = {name: context.launch_configurations[name].strip() for name, _, _ in ARGUMENTS}
    profile = fast_dds_profile(given['dds_profile'], context.environment)
    node = LifecycleNode(
        package='accel_ros',
        executable='segment_node',
        name='segment',
        namespace=given['namespace'],
        parameters=[given['params_file'], parameters(given)],
        remappings=remappings(as_list(given['cameras']) or ['camera'], as_list(given['image'])),
        additional_env=profile,
        ros_arguments=['--log-level', given['log_level']],
        output='screen',
        emulate_tty=True,
    )
    shared = profile if given['dds_profile'] == 'all' else {}
    return [*(SetEnvironmentVariable(name, value) for name, value in shared.items()), node]


def parameters(given: dict[str, str]) -> dict[str, object]:
    """Return the node's parameters that were given as arguments, with their types."""
    values: dict[str, object] = {'autostart': as_bool('autostart', given['autostart'])}
    if given['cameras']:
        values['cameras'] = as_list(given['cameras'])
    if given['keyframe_interval']:
        values['keyframe_interval'] = as_int('keyframe_interval', given['keyframe_interval'])
    if given['use_sim_time']:
        values['use_sim_time'] = as_bool('use_sim_time', given['use_sim_time'])
    for name in ('bundle', 'backend', 'image_transport'):
        if given[name]:
            values[name] = given[name]
    return values


def remappings(cameras: list[str], images: list[str]) -> list[tuple[str, str]]:
    """Connect every camera's inputs to its image topic and to what lies beside that."""
    if images and len(images) != len(cameras):
        raise ValueError(
            f'image:= names {len(images)} topics, but the cameras are {", ".join(cameras)}; '
            'give one topic for each of cameras:=, in the same order'
        )
    pairs = []
    for camera, image in zip(cameras, images):
        pairs.append((f'{camera}/image_raw', image))
        pairs.append((f'{camera}/camera_info', join(dirname(image), 'camera_info')))
    return pairs


def fast_dds_profile(receivers: str, environment: dict[str, str]) -> dict[str, str]:
    """Let big images pass through shared memory, unless the user has a profile already."""
    if receivers not in ('node', 'all', 'none'):
        raise ValueError(f'dds_profile:={receivers} is none of node, all, none')
    return {} if receivers == 'none' else dds_profile(environment)


def as_list(text: str) -> list[str]:
    """Read names separated by commas, or a YAML list of them."""
    if text.startswith('['):
        return [str(name) for name in yaml.safe_load(text)]
    return [name.strip() for name in text.split(',') if name.strip()]


def as_bool(name: str, text: str) -> bool:
    """Read true or false."""
    value = {'true': True, '1': True, 'false': False, '0': False}.get(text.lower())
    if value is None:
        raise ValueError(f'{name}:={text} is neither true nor false')
    return value


def as_int(name: str, text: str) -> int:
    """Read a whole number."""
    try:
        return int(text)
    except ValueError:
        raise ValueError(f'{name}:={text} is not a whole number') from None
