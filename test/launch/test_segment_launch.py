# Copyright 2026 The Accel for ROS 2 Authors
# SPDX-License-Identifier: Apache-2.0
"""What segment.launch.py starts for which arguments."""

from pathlib import Path

import pytest
import yaml
from support import launch_standin

pytest.importorskip('ament_index_python', reason='needs ROS 2 (. scripts/env.sh)')


@pytest.fixture
def description(monkeypatch, repository):
    launch_standin.install(monkeypatch)
    file = repository / 'launch' / 'segment.launch.py'
    return launch_standin.load(file)['generate_launch_description']()


@pytest.fixture
def start(description):
    """Return the node that the launch file starts for `name=value` arguments."""

    def run(environment=(), **given):
        [node] = launch_standin.start(description, given, dict(environment))
        return node

    return run


def test_every_argument_is_described(description):
    arguments = launch_standin.arguments(description)
    for argument in arguments.values():
        assert len(argument.description) > 20 and argument.description.endswith('.')
    wanted = 'bundle cameras image keyframe_interval backend autostart namespace params_file'
    wanted += ' image_transport use_sim_time dds_profile'
    assert set(wanted.split()) <= arguments.keys()


def test_without_arguments_the_parameter_file_decides_all_but_autostart(start):
    node = start()
    assert (node.package, node.executable) == ('accel_ros', 'segment_node')
    assert (node.name, node.namespace) == ('segment', '')
    file, values = node.parameters
    assert yaml.safe_load(Path(file).read_text())['/**/segment']
    assert values == {'autostart': True}
    assert node.remappings == []


def test_arguments_become_parameters_with_their_types(start):
    node = start(
        bundle='/data/my model',
        keyframe_interval='3',
        backend='onnxruntime',
        autostart='False',
        image_transport='compressed',
        use_sim_time='true',
    )
    assert node.parameters[1] == {
        'bundle': '/data/my model',
        'keyframe_interval': 3,
        'backend': 'onnxruntime',
        'autostart': False,
        'image_transport': 'compressed',
        'use_sim_time': True,
    }


@pytest.mark.parametrize(
    'text, names',
    [
        ('front', ['front']),
        ('front, rear', ['front', 'rear']),
        ("['front', 'rear']", ['front', 'rear']),
        ('[front,rear]', ['front', 'rear']),
        ('cam/left,', ['cam/left']),
    ],
)
def test_cameras_as_a_list(start, text, names):
    assert start(cameras=text).parameters[1]['cameras'] == names


def test_one_image_topic_and_the_camera_info_beside_it(start):
    node = start(image='/usb_cam/image_raw')
    assert node.remappings == [
        ('camera/image_raw', '/usb_cam/image_raw'),
        ('camera/camera_info', '/usb_cam/camera_info'),
    ]


def test_an_image_topic_without_a_folder(start):
    assert ('camera/camera_info', 'camera_info') in start(image='image').remappings


def test_image_topics_belong_to_the_cameras_in_their_order(start):
    pairs = dict(start(cameras='left,right', image='/l/rgb, /r/rgb').remappings)
    assert pairs['left/image_raw'] == '/l/rgb'
    assert pairs['right/image_raw'] == '/r/rgb'
    assert pairs['right/camera_info'] == '/r/camera_info'


def test_namespace_parameter_file_and_log_level_are_passed_on(start):
    node = start(namespace='/robot1', params_file='/tmp/mine.yaml', log_level='warn')
    assert node.namespace == '/robot1'
    assert node.parameters[0] == '/tmp/mine.yaml'
    assert list(node.ros_arguments) == ['--log-level', 'warn']


@pytest.mark.parametrize(
    'given, complaint',
    [
        ({'keyframe_interval': 'often'}, 'keyframe_interval:=often is not a whole number'),
        ({'autostart': 'maybe'}, 'autostart:=maybe is neither true nor false'),
        ({'use_sim_time': 'later'}, 'use_sim_time:=later is neither true nor false'),
        ({'dds_profile': 'camera'}, 'dds_profile:=camera is none of node, all, none'),
        ({'cameras': 'a,b', 'image': '/c'}, 'image:= names 1 topics, but the cameras are a, b'),
    ],
)
def test_a_wrong_argument_is_named(start, given, complaint):
    with pytest.raises(ValueError, match=complaint):
        start(**given)


@pytest.mark.parametrize(
    'distribution, variable',
    [
        ({}, 'FASTDDS_DEFAULT_PROFILES_FILE'),
        ({'ROS_DISTRO': 'kilted'}, 'FASTDDS_DEFAULT_PROFILES_FILE'),
        ({'ROS_DISTRO': 'jazzy'}, 'FASTRTPS_DEFAULT_PROFILES_FILE'),
    ],
)
def test_fast_dds_gets_the_profile_for_images(start, distribution, variable):
    [(name, file)] = start(environment=distribution).additional_env.items()
    assert name == variable
    assert Path(file).name == 'fastdds.xml' and Path(file).is_file()


@pytest.mark.parametrize(
    'variable', ['FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE']
)
def test_a_profile_of_the_user_stays(start, variable):
    assert start(environment={variable: '/home/me/dds.xml'}).additional_env == {}


def test_the_profile_can_go_to_the_camera_too_or_to_nobody(description, start):
    variable, node = launch_standin.start(description, {'dds_profile': 'all'}, {})
    assert {variable.name: variable.value} == node.additional_env
    assert start(dds_profile='none').additional_env == {}
